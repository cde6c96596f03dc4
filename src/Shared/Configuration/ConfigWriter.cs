using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tunnel.Mux;

namespace Tunnel.Shared.Configuration;

/// <summary>Prints configurations.</summary>
public static class ConfigWriter
{
    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",

        // For people and for our own loader, not for a web page: no need to escape '<' or '+'.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// The long form as indented JSON. References to secrets (<c>env:</c>, <c>file:</c>) are printed as they are and secrets
    /// that stood in the configuration are masked, so the text is safe to show; without inline secrets it loads again as an
    /// equal configuration.
    /// </summary>
    public static string Expand(TunnelConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            writer.WriteStartObject();
            WriteLog(writer, config.Log);
            WriteArray(writer, "inbounds", config.Inbounds, WriteInbound);
            WriteArray(writer, "outbounds", config.Outbounds, WriteOutbound);
            writer.WriteStartObject("routing");
            WriteArray(writer, "rules", config.Routing.Rules, WriteRule);
            WriteArray(writer, "balancers", config.Routing.Balancers, WriteBalancer);
            writer.WriteEndObject();
            writer.WriteStartObject("reverse");
            WriteArray(writer, "bridges", config.Reverse.Bridges, static (w, bridge) => WriteReverse(w, bridge.Tag, bridge.Domain));
            WriteArray(writer, "portals", config.Reverse.Portals, static (w, portal) => WriteReverse(w, portal.Tag, portal.Domain));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";
    }

    private static void WriteLog(Utf8JsonWriter writer, LogConfig log)
    {
        writer.WriteStartObject("log");
        WriteOptional(writer, "access", log.Access);
        WriteOptional(writer, "error", log.Error);
        writer.WriteString("loglevel", log.Level.ToString().ToLowerInvariant());
        writer.WriteEndObject();
    }

    private static void WriteInbound(Utf8JsonWriter writer, InboundConfig inbound)
    {
        writer.WriteStartObject();
        WriteTag(writer, inbound.Tag);
        writer.WriteString("listen", inbound.Listen.ToString());
        WritePorts(writer, inbound.Ports);
        writer.WriteString("protocol", inbound.Protocol);
        writer.WritePropertyName("settings");
        inbound.Settings.WriteTo(writer);
        WriteStream(writer, inbound.Stream);
        writer.WriteEndObject();
    }

    private static void WriteOutbound(Utf8JsonWriter writer, OutboundConfig outbound)
    {
        writer.WriteStartObject();
        WriteTag(writer, outbound.Tag);
        writer.WriteString("protocol", outbound.Protocol);
        writer.WritePropertyName("settings");
        outbound.Settings.WriteTo(writer);
        WriteStream(writer, outbound.Stream);
        writer.WriteEndObject();
    }

    private static void WriteStream(Utf8JsonWriter writer, StreamConfig stream)
    {
        if (stream.Security is null && !stream.AllowPlaintext && IsEmpty(stream.Tls))
        {
            return;
        }

        writer.WriteStartObject("streamSettings");
        writer.WriteString("network", stream.Network);
        if (stream.Security is { } security)
        {
            writer.WriteString("security", security == StreamSecurity.Tls ? "tls" : "none");
        }

        if (!IsEmpty(stream.Tls))
        {
            writer.WriteStartObject("tlsSettings");
            WriteOptional(writer, "serverName", stream.Tls.ServerName);
            WriteArray(writer, "certificates", stream.Tls.Certificates, WriteCertificate);
            WriteOptional(writer, "pin", stream.Tls.Pin);
            WriteOptional(writer, "caFile", stream.Tls.CaFile);
            writer.WriteEndObject();
        }

        if (stream.AllowPlaintext)
        {
            writer.WriteBoolean("allowPlaintext", true);
        }

        writer.WriteEndObject();
    }

    private static bool IsEmpty(TlsConfig tls) =>
        tls is { ServerName: null, Certificates.IsEmpty: true, Pin: null, CaFile: null };

    private static void WriteCertificate(Utf8JsonWriter writer, CertificateConfig certificate)
    {
        writer.WriteStartObject();
        WriteOptional(writer, "certificateFile", certificate.CertificateFile);
        WriteStrings(writer, "certificate", certificate.CertificateLines);
        WriteOptional(writer, "keyFile", certificate.KeyFile);
        WriteStrings(writer, "key", certificate.KeyLines.IsEmpty ? [] : ["***"]);
        writer.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter writer, RuleConfig rule)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "field");
        WriteStrings(writer, "inboundTag", rule.InboundTags);
        WriteStrings(writer, "domain", rule.Domains.Select(static pattern => pattern.ToString()));
        WriteStrings(writer, "ip", rule.Ips.Select(static block => block.ToString()));
        WritePorts(writer, rule.Ports);
        WriteStrings(writer, "network", rule.Networks.Select(static network => network == Network.Udp ? "udp" : "tcp"));
        WriteStrings(writer, "source", rule.Sources.Select(static block => block.ToString()));
        WriteOptional(writer, "outboundTag", rule.OutboundTag);
        WriteOptional(writer, "balancerTag", rule.BalancerTag);
        writer.WriteEndObject();
    }

    private static void WriteBalancer(Utf8JsonWriter writer, BalancerConfig balancer)
    {
        writer.WriteStartObject();
        writer.WriteString("tag", balancer.Tag);
        WriteStrings(writer, "selector", balancer.Selectors);
        writer.WriteEndObject();
    }

    private static void WriteReverse(Utf8JsonWriter writer, string tag, string domain)
    {
        writer.WriteStartObject();
        writer.WriteString("tag", tag);
        writer.WriteString("domain", domain);
        writer.WriteEndObject();
    }

    private static void WriteTag(Utf8JsonWriter writer, string tag)
    {
        if (tag.Length > 0)
        {
            writer.WriteString("tag", tag);
        }
    }

    private static void WritePorts(Utf8JsonWriter writer, ImmutableArray<PortRange> ports)
    {
        if (ports is [var single] && single.First == single.Last)
        {
            writer.WriteNumber("port", single.First);
        }
        else if (!ports.IsEmpty)
        {
            writer.WriteString("port", string.Join(',', ports));
        }
    }

    private static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        using var items = values.GetEnumerator();
        if (!items.MoveNext())
        {
            return;
        }

        writer.WriteStartArray(name);
        do
        {
            writer.WriteStringValue(items.Current);
        }
        while (items.MoveNext());
        writer.WriteEndArray();
    }

    private static void WriteArray<T>(Utf8JsonWriter writer, string name, ImmutableArray<T> items, Action<Utf8JsonWriter, T> write)
    {
        if (items.IsEmpty)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            write(writer, item);
        }

        writer.WriteEndArray();
    }
}
