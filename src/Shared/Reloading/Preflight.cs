using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Transport.Tls;

namespace Tunnel.Shared.Reloading;

/// <summary>Tries what the loader of configurations does not: reads the certificates that new and changed parts name. Changes nothing.</summary>
internal static class Preflight
{
    /// <summary>What cannot be used; empty where all can.</summary>
    public static ImmutableArray<string> Try(ConfigDifference difference) =>
        [.. difference.Added.Concat(difference.Changed.Select(static pair => pair.New)).Select(Try).OfType<string>()];

    private static string? Try(ConfigPart part)
    {
        try
        {
            switch (part.Value)
            {
                case InboundConfig { Stream: { Security: StreamSecurity.Tls, Tls: var tls } }:
                    foreach (var certificate in tls.Certificates)
                    {
                        CertificateStore.FromConfig(certificate).Dispose();
                    }

                    break;
                case OutboundConfig { Stream: { Security: StreamSecurity.Tls, Tls: var tls } }:
                    TlsAuthorities.Load(tls);
                    break;
            }

            return null;
        }
        catch (CertificateException exception)
        {
            return $"{part.Name}: {exception.Message}";
        }
    }
}
