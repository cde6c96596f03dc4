using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tunnel.Mux;
using Tunnel.Mux.Cool.ReverseControl;
using Tunnel.Shared.Configuration.Reading;

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
            writer.WriteArray("inbounds", config.Inbounds, WriteInbound);
            writer.WriteArray("outbounds", config.Outbounds, WriteOutbound);
            writer.WriteStartObject("routing");
            writer.WriteArray("rules", config.Routing.Rules, WriteRule);
            writer.WriteArray("balancers", config.Routing.Balancers, WriteBalancer);
            writer.WriteEndObject();
            WriteObservatory(writer, config.Observatory);
            writer.WriteStartObject("reverse");
            writer.WriteArray("bridges", config.Reverse.Bridges, WriteBridge);
            writer.WriteArray("portals", config.Reverse.Portals, WritePortal);
            writer.WriteEndObject();
            WritePolicy(writer, config.Policy);
            LimitsReader.Write(writer, config.Limits);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";
    }

    private static void WriteLog(Utf8JsonWriter writer, LogConfig log)
    {
        writer.WriteStartObject("log");
        writer.WriteOptional("access", log.Access);
        writer.WriteOptional("error", log.Error);
        writer.WriteString("loglevel", log.Level.ToString().ToLowerInvariant());
        writer.WriteEndObject();
    }

    private static void WriteInbound(Utf8JsonWriter writer, InboundConfig inbound)
    {
        writer.WriteStartObject();
        WriteTag(writer, inbound.Tag);
        writer.WriteString("listen", inbound.Listen.ToString());
        WritePorts(writer, "port", inbound.Ports);
        writer.WriteString("protocol", inbound.Protocol);
        writer.WritePropertyName("settings");
        inbound.Settings.WriteTo(writer);
        StreamConfigWriter.Write(writer, inbound.Stream);
        WriteSniffing(writer, inbound.Sniffing);
        writer.WriteEndObject();
    }

    private static void WriteSniffing(Utf8JsonWriter writer, SniffingConfig sniffing)
    {
        if (!sniffing.Enabled && sniffing.DestOverride.IsEmpty && !sniffing.RouteOnly)
        {
            return;
        }

        writer.WriteStartObject("sniffing");
        writer.WriteBoolean("enabled", sniffing.Enabled);
        writer.WriteStrings("destOverride", sniffing.DestOverride);
        if (sniffing.RouteOnly)
        {
            writer.WriteBoolean("routeOnly", value: true);
        }

        writer.WriteEndObject();
    }

    private static void WriteOutbound(Utf8JsonWriter writer, OutboundConfig outbound)
    {
        writer.WriteStartObject();
        WriteTag(writer, outbound.Tag);
        writer.WriteString("protocol", outbound.Protocol);
        writer.WritePropertyName("settings");
        outbound.Settings.WriteTo(writer);
        writer.WriteOptional("sendThrough", outbound.SendThrough?.ToString());
        if (outbound.ProxyTag.Length > 0)
        {
            writer.WriteStartObject("proxySettings");
            writer.WriteString("tag", outbound.ProxyTag);
            writer.WriteEndObject();
        }

        StreamConfigWriter.Write(writer, outbound.Stream);
        writer.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter writer, RuleConfig rule)
    {
        writer.WriteStartObject();
        writer.WriteString("type", "field");
        writer.WriteStrings("inboundTag", rule.InboundTags);
        writer.WriteStrings("domain", rule.Domains.Select(static pattern => pattern.ToString()).Concat(rule.DomainLists.Select(static list => list.Name)));
        writer.WriteStrings("ip", WithLists(rule.Ips, rule.IpLists));
        WritePorts(writer, "port", rule.Ports);
        writer.WriteStrings("network", rule.Networks.Select(static network => network == Network.Udp ? "udp" : "tcp"));
        writer.WriteStrings("source", WithLists(rule.Sources, rule.SourceLists));
        WritePorts(writer, "sourcePort", rule.SourcePorts);
        writer.WriteStrings("user", rule.Users);
        writer.WriteStrings("protocol", rule.Protocols);
        writer.WriteOptional("attrs", rule.Attributes);
        writer.WriteOptional("outboundTag", rule.OutboundTag);
        writer.WriteOptional("balancerTag", rule.BalancerTag);
        writer.WriteEndObject();
    }

    private static IEnumerable<string> WithLists(ImmutableArray<CidrBlock> blocks, ImmutableArray<AddressList> lists) =>
        blocks.Select(static block => block.ToString()).Concat(lists.Select(static list => list.Name));

    private static void WriteBalancer(Utf8JsonWriter writer, BalancerConfig balancer)
    {
        writer.WriteStartObject();
        writer.WriteString("tag", balancer.Tag);
        writer.WriteStrings("selector", balancer.Selectors);
        writer.WriteStartObject("strategy");
        writer.WriteString("type", BalancerReader.WordOf(balancer.Strategy));
        writer.WriteEndObject();
        writer.WriteOptional("fallbackTag", balancer.FallbackTag);
        writer.WriteNumber("maxFails", balancer.MaxFails);
        writer.WriteString("failTimeout", DurationText.Format(balancer.FailTimeout));
        writer.WriteEndObject();
    }

    private static void WriteObservatory(Utf8JsonWriter writer, ObservatoryConfig? observatory)
    {
        if (observatory is null)
        {
            return;
        }

        writer.WriteStartObject("observatory");
        writer.WriteStrings("subjectSelector", observatory.Selectors);
        writer.WriteOptional("probeURL", observatory.ProbeUrl?.AbsoluteUri);
        writer.WriteOptional("probeTarget", observatory.ProbeTarget);
        writer.WriteString("probeInterval", DurationText.Format(observatory.ProbeInterval));
        writer.WriteEndObject();
    }

    private static void WriteBridge(Utf8JsonWriter writer, ReverseBridgeConfig bridge)
    {
        writer.WriteStartObject();
        writer.WriteString("tag", bridge.Tag);
        writer.WriteString("domain", bridge.Domain);
        writer.WriteEndObject();
    }

    private static void WritePortal(Utf8JsonWriter writer, ReversePortalConfig portal)
    {
        writer.WriteStartObject();
        writer.WriteString("tag", portal.Tag);
        writer.WriteString("domain", portal.Domain);
        if (portal.ControlDomain != ControlDomains.V2Ray)
        {
            writer.WriteString("controlDomain", portal.ControlDomain);
        }

        WriteParking(writer, portal.Parking);
        writer.WriteEndObject();
    }

    private static void WriteParking(Utf8JsonWriter writer, ParkingConfig? parking)
    {
        if (parking is null)
        {
            writer.WriteBoolean("parking", false);
        }
        else if (parking != ParkingConfig.Default)
        {
            writer.WriteStartObject("parking");
            writer.WriteString("time", DurationText.Format(parking.Time));
            writer.WriteNumber("visitors", parking.Visitors);
            writer.WriteEndObject();
        }
    }

    private static void WritePolicy(Utf8JsonWriter writer, PolicyConfig policy)
    {
        if (policy.Levels.IsEmpty)
        {
            return;
        }

        writer.WriteStartObject("policy");
        writer.WriteStartObject("levels");
        foreach (var level in policy.Levels)
        {
            writer.WriteStartObject(level.Level.ToString(CultureInfo.InvariantCulture));
            WriteSeconds(writer, "handshake", level.Handshake);
            WriteSeconds(writer, "connIdle", level.ConnectionIdle);
            WriteSeconds(writer, "uplinkOnly", level.UplinkOnly);
            WriteSeconds(writer, "downlinkOnly", level.DownlinkOnly);
            if (level.BufferKibibytes is { } size)
            {
                writer.WriteNumber("bufferSize", size);
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteSeconds(Utf8JsonWriter writer, string name, TimeSpan? value)
    {
        if (value is { } time)
        {
            writer.WriteNumber(name, (long)time.TotalSeconds);
        }
    }

    private static void WriteTag(Utf8JsonWriter writer, string tag)
    {
        if (tag.Length > 0)
        {
            writer.WriteString("tag", tag);
        }
    }

    private static void WritePorts(Utf8JsonWriter writer, string name, ImmutableArray<PortRange> ports)
    {
        if (ports is [var single] && single.First == single.Last)
        {
            writer.WriteNumber(name, single.First);
        }
        else if (!ports.IsEmpty)
        {
            writer.WriteString(name, string.Join(',', ports));
        }
    }
}
