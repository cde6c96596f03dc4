namespace Tunnel.Shared.Transport;

/// <summary>What an outbound does with a destination that is a name.</summary>
public enum DomainStrategy
{
    /// <summary>It is dialled as it is: where the system dials, by all its addresses; where a proxy does, by its name.</summary>
    AsIs,

    /// <summary>It is looked up here, for addresses of both families.</summary>
    UseIp,

    /// <summary>It is looked up here, and only IPv4 addresses count.</summary>
    UseIpv4,

    /// <summary>It is looked up here, and only IPv6 addresses count.</summary>
    UseIpv6,
}
