using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads a whole document.</summary>
internal static class ConfigReader
{
    /// <summary>The configuration; it counts only when there are no errors.</summary>
    public static TunnelConfig Read(ConfigNode root, ProblemList problems)
    {
        var draft = new ConfigDraft();
        var top = new ObjectReader(root, problems);
        draft.Log = LogSettingsReader.Read(top.Object("log"));
        draft.Transport = TransportBlocks.Read(top.Object("transport"));
        draft.Policy = PolicyReader.Read(top.Object("policy"));
        draft.Limits = LimitsReader.Read(top.Object("limits"));
        ReadInbounds(top, draft);
        foreach (var outbound in Singular(top, "outbound").Concat(top.Objects("outboundDetour")).Concat(top.Objects("outbounds")))
        {
            OutboundReader.Read(outbound, draft);
        }

        RoutingReader.Read(top.Object("routing"), draft);
        ObservatoryReader.Read(top.Object("observatory"), draft);
        ReverseReader.Read(top.Object("reverse"), draft);
        top.Ignore("dns", "stats", "api", "fakedns", "browserForwarder");
        top.End();
        ShortFormMerger.Merge(draft, problems);
        TagCheck.Check(draft, problems);
        return new TunnelConfig
        {
            Log = draft.Log,
            Inbounds = [.. draft.Inbounds],
            Outbounds = [.. draft.Outbounds],
            Routing = new RoutingConfig { Rules = [.. draft.Rules], Balancers = [.. draft.Balancers] },
            Observatory = draft.Observatory,
            Policy = draft.Policy,
            Limits = draft.Limits,
            Reverse = new ReverseConfig { Bridges = [.. draft.Bridges], Portals = [.. draft.Portals] },
        };
    }

    private static void ReadInbounds(ObjectReader top, ConfigDraft draft)
    {
        // The deprecated top-level port belongs to the first inbound, when that has none.
        var port = top.Integer("port", 0, HostText.MaxPort);
        PortRange? defaultPort = port is null ? null : new PortRange(port.Value);
        foreach (var inbound in Singular(top, "inbound").Concat(top.Objects("inboundDetour")).Concat(top.Objects("inbounds")))
        {
            InboundReader.Read(inbound, draft, defaultPort);
            defaultPort = null;
        }
    }

    private static IEnumerable<ObjectReader> Singular(ObjectReader top, string name) => top.Object(name) is { } single ? [single] : [];
}
