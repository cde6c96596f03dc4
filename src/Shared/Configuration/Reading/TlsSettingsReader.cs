using System.Collections.Immutable;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads <c>tlsSettings</c>.</summary>
internal static class TlsSettingsReader
{
    public static TlsConfig Read(ObjectReader tls)
    {
        if (tls.Flag("allowInsecure"))
        {
            tls.Problems.Error(
                tls.Find("allowInsecure")!,
                "verification cannot be skipped, and need not be: for protocol 'tunnel' the shared key binds the certificate; remove this, "
                + "or name the certificate with 'pin' or its authority with 'caFile'");
        }

        var serverName = tls.String("serverName");
        var result = new TlsConfig
        {
            ServerName = string.IsNullOrEmpty(serverName) ? null : serverName,
            Certificates = [.. tls.Objects("certificates").Select(ReadCertificate)],
            Pin = PinField.Read(tls, "pin"),
            CaFile = FileField.Read(tls, "caFile"),
        };
        tls.Ignore("alpn", "disableSystemRoot", "enableSessionResumption", "minVersion", "maxVersion", "cipherSuites");
        tls.End();
        return result;
    }

    private static CertificateConfig ReadCertificate(ObjectReader certificate)
    {
        if (certificate.Word("usage") is { } usage && usage != "encipherment")
        {
            certificate.Problems.Error(
                certificate.Find("usage")!,
                $"usage '{Describe.Shorten(usage)}' is not supported yet; use 'encipherment', or 'caFile' for an authority to verify with");
        }

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
