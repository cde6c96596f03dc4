using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads one item of <c>inbounds</c>.</summary>
internal static class InboundReader
{
    /// <summary>Reads the item into the draft.</summary>
    /// <param name="inbound">The item.</param>
    /// <param name="draft">Takes the result.</param>
    /// <param name="defaultPort">The deprecated top-level <c>port</c>; null when there is none.</param>
    public static void Read(ObjectReader inbound, ConfigDraft draft, PortRange? defaultPort)
    {
        var problems = inbound.Problems;
        var tag = inbound.String("tag") ?? string.Empty;
        draft.InboundTags.Add(new TextItem(tag, inbound.Find("tag") ?? inbound.Node));
        var protocol = inbound.Word("protocol");
        var reader = Protocols.Inbounds.FirstOrDefault(candidate => candidate.Protocol == protocol);
        var listen = ReadListen(inbound);
        var ports = PortField.Read(inbound, "port");
        if (ports.IsEmpty && inbound.Find("port") is null && listen is not { UnixPath: not null })
        {
            if (defaultPort is { } port)
            {
                ports = [port];
            }
            else
            {
                inbound.Missing("port", "set the port to listen on, such as 8080; 0 lets the system choose one");
            }
        }

        var stream = StreamSettingsReader.Read(
            inbound.Object("streamSettings"), reader?.Transport ?? TransportProfile.General, listens: true, draft.Transport);
        var sniffing = SniffingReader.Read(inbound);
        inbound.Ignore("allocate");
        if (reader is null)
        {
            // Without its protocol, settings mean nothing.
            _ = inbound.Find("settings");
            if (protocol is null)
            {
                inbound.Missing("protocol", $"expected one of: {Describe.List(Protocols.Inbounds.Select(static item => item.Protocol))}");
            }
            else
            {
                problems.Error(inbound.Find("protocol")!, Protocols.Refusal(protocol, Protocols.Inbounds.Select(static item => item.Protocol)));
            }
        }
        else
        {
            var context = new InboundContext { Node = inbound.Node, Listen = listen, Stream = stream };
            var result = new InboundConfig
            {
                Tag = tag,
                Protocol = reader.Protocol,
                Listen = listen ?? ListenAddress.Any,
                Ports = listen is { UnixPath: not null } ? [] : ports,
                Settings = reader.Read(inbound.ObjectOrEmpty("settings"), context),
                Stream = stream,
                Sniffing = sniffing,
            };
            draft.Inbounds.Add(result);
            draft.CarriedHosts.AddRange(context.CarriedHosts);
            draft.ProxyTagUses.AddRange(context.Carriers.Select(static use => (string.Empty, use)));
            if (listen is not null)
            {
                draft.Listeners.Add((result, inbound.Node));
            }
        }

        inbound.End();
    }

    /// <summary>Null after a complaint.</summary>
    private static ListenAddress? ReadListen(ObjectReader inbound)
    {
        var text = inbound.String("listen")?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return ListenAddress.Any;
        }

        if (ListenAddress.TryParse(text, out var address))
        {
            return address;
        }

        var node = inbound.Find("listen")!;
        inbound.Problems.Error(
            node,
            $"found {node.Found}, expected an IP address of this machine (0.0.0.0 for all of them), 'localhost', or the path of a Unix socket beginning with '/' or '@'");
        return null;
    }
}
