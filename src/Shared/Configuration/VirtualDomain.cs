using Tunnel.Mux;

namespace Tunnel.Shared.Configuration;

/// <summary>What a virtual domain may look like.</summary>
internal static class VirtualDomain
{
    /// <summary>Null when <paramref name="domain"/> can be used, otherwise what is wrong with it.</summary>
    public static string? Check(string domain)
    {
        if (domain.Length == 0)
        {
            return "a virtual domain cannot be empty; make up a name, such as 'home.example', the same on both sides";
        }

        if (domain.Length > Destination.MaxHostLength)
        {
            return $"a virtual domain has at most {Destination.MaxHostLength} characters, this one has {domain.Length}";
        }

        if (HostText.TryParseAddress(domain, out _))
        {
            return "a virtual domain is a name, and this is an IP address; make up a name, such as 'home.example'";
        }

        return HostText.IsHost(domain)
            ? null
            : "a virtual domain cannot contain blanks, ':', '/', '@' and the like; make up a name, such as 'home.example'";
    }
}
