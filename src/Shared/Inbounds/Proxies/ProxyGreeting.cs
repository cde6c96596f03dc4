namespace Tunnel.Shared.Inbounds.Proxies;

/// <summary>How the beginning of a proxy's connection went: whether the client's failure counts against its address.</summary>
internal enum ProxyGreeting
{
    /// <summary>The client was let in and said what it wants.</summary>
    Accepted,

    /// <summary>It went away, or what it said is no request: a scanner, or a mistake.</summary>
    Refused,

    /// <summary>It does not know the password.</summary>
    WrongPassword,
}
