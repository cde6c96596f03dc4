using System.Collections.Immutable;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads <c>tlsSettings</c>.</summary>
internal static class TlsSettingsReader
{
    /// <summary>What is offered and accepted is short: RFC 7301, section 3.1.</summary>
    private const int MaxProtocolName = 255;

    /// <summary>The settings, whatever is wrong with them.</summary>
    /// <param name="tls">The object.</param>
    /// <param name="profile">What the protocol can do with it.</param>
    /// <param name="listens">Whether it is an inbound's.</param>
    public static TlsConfig Read(ObjectReader tls, TransportProfile profile, bool listens)
    {
        if (tls.Flag("allowInsecure"))
        {
            tls.Problems.Error(
                tls.Find("allowInsecure")!,
                profile == TransportProfile.Interconnect
                    ? "verification cannot be skipped, and need not be: for protocol 'tunnel' the shared key binds the certificate; remove this, "
                        + "or name the certificate with 'pin' or its authority with 'caFile'"
                    : "verification cannot be skipped; remove this, and where the server's certificate is self-made name it with 'pin' "
                        + "(its SHA-256), or name the authority that issued it with 'caFile' or with a certificate of usage 'verify'");
        }

        var (certificates, authorities) = ReadCertificates(tls, listens);
        var serverName = tls.String("serverName");
        var result = new TlsConfig
        {
            ServerName = string.IsNullOrEmpty(serverName) ? null : serverName,
            Certificates = certificates,
            Authorities = authorities,
            Pin = PinField.Read(tls, "pin"),
            CaFile = FileField.Read(tls, "caFile"),
        };
        if (profile == TransportProfile.Interconnect)
        {
            // It never asks the system's authorities, and it has an application protocol of its own.
            tls.Ignore("alpn", "disableSystemRoot");
        }
        else
        {
            result = result with { Alpn = ReadAlpn(tls), DisableSystemRoot = tls.Flag("disableSystemRoot") };
            CheckTrust(tls, result, listens);
        }

        tls.Ignore("enableSessionResumption", "minVersion", "maxVersion", "cipherSuites");
        tls.End();
        return result;
    }

    /// <summary>A client that trusts nobody could never connect.</summary>
    private static void CheckTrust(ObjectReader tls, TlsConfig config, bool listens)
    {
        if (!listens && config is { DisableSystemRoot: true, Authorities.IsEmpty: true, CaFile: null, Pin: null })
        {
            tls.Problems.Error(
                tls.Find("disableSystemRoot")!,
                "nothing would be trusted; name the server's authority with 'caFile' or with a certificate of usage 'verify', or its certificate with 'pin'");
        }
    }

    private static ImmutableArray<string> ReadAlpn(ObjectReader tls)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, node) in tls.Strings("alpn"))
        {
            var name = text.Trim();
            if (name.Length is > 0 and <= MaxProtocolName && name.All(static character => character is > ' ' and <= '~'))
            {
                result.Add(name);
            }
            else
            {
                tls.Problems.Error(node, $"found {node.Found}, expected names of application protocols, such as 'h2' or 'http/1.1'");
            }
        }

        return result.ToImmutable();
    }

    private static (ImmutableArray<CertificateConfig> Own, ImmutableArray<AuthorityConfig> Authorities) ReadCertificates(ObjectReader tls, bool listens)
    {
        var own = ImmutableArray.CreateBuilder<CertificateConfig>();
        var authorities = ImmutableArray.CreateBuilder<AuthorityConfig>();
        foreach (var certificate in tls.Objects("certificates"))
        {
            var usage = certificate.Word("usage");
            if (usage == "verify")
            {
                if (listens)
                {
                    certificate.Problems.Warning(
                        certificate.Node, "a listener asks nobody for a certificate, so there is nothing to verify with this; remove it");
                }

                authorities.Add(ReadAuthority(certificate));
                continue;
            }

            if (usage is not (null or "encipherment"))
            {
                certificate.Problems.Error(
                    certificate.Find("usage")!, $"usage '{Describe.Shorten(usage)}' is not supported yet; use 'encipherment' or 'verify'");
            }

            own.Add(ReadCertificate(certificate));
        }

        return (own.ToImmutable(), authorities.ToImmutable());
    }

    private static AuthorityConfig ReadAuthority(ObjectReader certificate)
    {
        var result = new AuthorityConfig
        {
            CertificateFile = FileField.Read(certificate, "certificateFile"),
            CertificateLines = ReadLines(certificate, "certificate"),
        };
        CheckOne(certificate, result.CertificateFile, result.CertificateLines, "certificateFile", "certificate");

        // V2Ray does not look at them for this usage.
        _ = certificate.Find("keyFile");
        _ = certificate.Find("key");
        certificate.End();
        return result;
    }

    private static CertificateConfig ReadCertificate(ObjectReader certificate)
    {
        var result = new CertificateConfig
        {
            CertificateFile = FileField.Read(certificate, "certificateFile"),
            CertificateLines = ReadLines(certificate, "certificate"),
            KeyFile = FileField.Read(certificate, "keyFile"),
            KeyLines = ReadLines(certificate, "key"),
        };
        CheckOne(certificate, result.CertificateFile, result.CertificateLines, "certificateFile", "certificate");
        CheckOne(certificate, result.KeyFile, result.KeyLines, "keyFile", "key");
        certificate.End();
        return result;
    }

    /// <summary>The PEM lines. They may hold a private key, so a complaint does not repeat them.</summary>
    private static ImmutableArray<string> ReadLines(ObjectReader reader, string name)
    {
        if (reader.Find(name) is not { } node)
        {
            return [];
        }

        if (node.Kind == ConfigNodeKind.Array && node.Items.All(static item => item.Kind == ConfigNodeKind.String))
        {
            return [.. node.Items.Select(static item => item.Text)];
        }

        reader.Problems.Error(node, "expected an array of strings, the lines of a PEM file");
        return [];
    }

    private static void CheckOne(ObjectReader reader, string? file, ImmutableArray<string> lines, string fileName, string linesName)
    {
        if (file is null && lines.IsEmpty)
        {
            reader.Missing(fileName, $"name a PEM file, or give its lines in '{linesName}'");
        }
        else if (file is not null && !lines.IsEmpty)
        {
            reader.Problems.Error(reader.Node, $"'{fileName}' and '{linesName}' are both given; remove one of them");
        }
    }
}
