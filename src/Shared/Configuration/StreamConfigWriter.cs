using System.Text.Json;

namespace Tunnel.Shared.Configuration;

/// <summary>Prints <c>streamSettings</c>.</summary>
internal static class StreamConfigWriter
{
    /// <summary>Writes the field, unless it would say nothing.</summary>
    public static void Write(Utf8JsonWriter writer, StreamConfig stream)
    {
        if (stream is { Network: TransportNetwork.Tcp, Security: null, AllowPlaintext: false, ProxyProtocol: null } && IsEmpty(stream.Tls))
        {
            return;
        }

        writer.WriteStartObject("streamSettings");
        writer.WriteString("network", stream.Network == TransportNetwork.WebSocket ? "ws" : "tcp");
        if (stream.Security is { } security)
        {
            writer.WriteString("security", security == StreamSecurity.Tls ? "tls" : "none");
        }

        if (!IsEmpty(stream.Tls))
        {
            WriteTls(writer, stream.Tls);
        }

        if (stream.Network == TransportNetwork.WebSocket)
        {
            WriteWebSocket(writer, stream.WebSocket);
        }

        if (stream.AllowPlaintext)
        {
            writer.WriteBoolean("allowPlaintext", true);
        }

        if (stream.ProxyProtocol is { } proxies)
        {
            writer.WriteStartObject("sockopt");
            writer.WriteBoolean("acceptProxyProtocol", true);
            writer.WriteStrings("trustedProxies", [.. proxies.TrustedProxies.Select(static block => block.ToString())]);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static bool IsEmpty(TlsConfig tls) => tls is
    {
        ServerName: null,
        Alpn.IsEmpty: true,
        Certificates.IsEmpty: true,
        Authorities.IsEmpty: true,
        DisableSystemRoot: false,
        Pin: null,
        CaFile: null,
    };

    private static void WriteTls(Utf8JsonWriter writer, TlsConfig tls)
    {
        writer.WriteStartObject("tlsSettings");
        writer.WriteOptional("serverName", tls.ServerName);
        writer.WriteStrings("alpn", tls.Alpn);
        if (!tls.Certificates.IsEmpty || !tls.Authorities.IsEmpty)
        {
            writer.WriteStartArray("certificates");
            foreach (var certificate in tls.Certificates)
            {
                WriteCertificate(writer, certificate);
            }

            foreach (var authority in tls.Authorities)
            {
                WriteAuthority(writer, authority);
            }

            writer.WriteEndArray();
        }

        if (tls.DisableSystemRoot)
        {
            writer.WriteBoolean("disableSystemRoot", true);
        }

        writer.WriteOptional("pin", tls.Pin);
        writer.WriteOptional("caFile", tls.CaFile);
        writer.WriteEndObject();
    }

    private static void WriteCertificate(Utf8JsonWriter writer, CertificateConfig certificate)
    {
        writer.WriteStartObject();
        writer.WriteOptional("certificateFile", certificate.CertificateFile);
        writer.WriteStrings("certificate", certificate.CertificateLines);
        writer.WriteOptional("keyFile", certificate.KeyFile);
        writer.WriteStrings("key", certificate.KeyLines.IsEmpty ? [] : ["***"]);
        writer.WriteEndObject();
    }

    private static void WriteAuthority(Utf8JsonWriter writer, AuthorityConfig authority)
    {
        writer.WriteStartObject();
        writer.WriteString("usage", "verify");
        writer.WriteOptional("certificateFile", authority.CertificateFile);
        writer.WriteStrings("certificate", authority.CertificateLines);
        writer.WriteEndObject();
    }

    private static void WriteWebSocket(Utf8JsonWriter writer, WebSocketConfig webSocket)
    {
        writer.WriteStartObject("wsSettings");
        writer.WriteString("path", webSocket.Path);
        if (!webSocket.Headers.IsEmpty)
        {
            writer.WriteStartObject("headers");
            foreach (var (name, value) in webSocket.Headers)
            {
                writer.WriteString(name, SecretMask.Header(name, value));
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }
}
