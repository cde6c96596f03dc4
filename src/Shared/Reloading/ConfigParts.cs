using System.Collections.Immutable;
using System.Security.Cryptography;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Reloading;

/// <summary>Takes a configuration apart.</summary>
internal static class ConfigParts
{
    /// <summary>A certificate chain has some kilobytes, the authorities of a whole system some hundred.</summary>
    private const int MaxFileBytes = 4 * 1024 * 1024;

    /// <summary>The parts, inbounds and outbounds in their order. Reads the certificates and keys that the configuration names, to know them when they change.</summary>
    public static ImmutableArray<ConfigPart> Of(TunnelConfig config)
    {
        var parts = ImmutableArray.CreateBuilder<ConfigPart>();
        parts.Add(new ConfigPart(PartKind.Log, string.Empty, config.Log));
        parts.Add(new ConfigPart(PartKind.Policy, string.Empty, config.Policy));
        parts.Add(new ConfigPart(PartKind.Limits, string.Empty, config.Limits));
        parts.AddRange(config.Inbounds.Select(static inbound => new ConfigPart(PartKind.Inbound, inbound.Tag, inbound, Digests(inbound.Stream.Tls))));
        parts.AddRange(config.Reverse.Bridges.Select(static bridge => new ConfigPart(PartKind.Bridge, bridge.Tag, bridge)));
        parts.AddRange(config.Outbounds.Select(static outbound => new ConfigPart(PartKind.Outbound, outbound.Tag, outbound, Digests(outbound.Stream.Tls))));
        parts.AddRange(config.Reverse.Portals.Select(static portal => new ConfigPart(PartKind.Portal, portal.Tag, portal)));
        if (DefaultOf(config) is { } first)
        {
            parts.Add(new ConfigPart(PartKind.DefaultOutbound, string.Empty, first));
        }

        parts.Add(new ConfigPart(PartKind.Rules, string.Empty, config.Routing.Rules));
        parts.AddRange(config.Routing.Balancers.Select(static balancer => new ConfigPart(PartKind.Balancer, balancer.Tag, balancer)));
        if (config.Observatory is { } observatory)
        {
            parts.Add(new ConfigPart(PartKind.Observatory, string.Empty, observatory));
        }

        return parts.ToImmutable();
    }

    private static string? DefaultOf(TunnelConfig config) =>
        config.Outbounds.FirstOrDefault()?.Tag ?? config.Reverse.Portals.FirstOrDefault()?.Tag;

    private static ImmutableArray<string> Digests(TlsConfig tls) =>
    [
        .. tls.Certificates.SelectMany(static certificate => new[] { certificate.CertificateFile, certificate.KeyFile })
            .Concat(tls.Authorities.Select(static authority => authority.CertificateFile)).Append(tls.CaFile)
            .OfType<string>().Select(Digest),
    ];

    private static string Digest(string path)
    {
        try
        {
            return BoundedFile.Read(path, MaxFileBytes) is { } content ? Convert.ToHexStringLower(SHA256.HashData(content.Span)) : "too large";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            // Whoever uses the file says what is wrong with it.
            return "unreadable";
        }
    }
}
