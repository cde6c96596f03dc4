using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads one item of <c>outbounds</c>.</summary>
internal static class OutboundReader
{
    public static void Read(ObjectReader outbound, ConfigDraft draft)
    {
        var tag = outbound.String("tag") ?? string.Empty;
        draft.OutboundTags.Add(new TextItem(tag, outbound.Find("tag") ?? outbound.Node));
        var protocol = outbound.Word("protocol");
        var reader = Protocols.Outbounds.FirstOrDefault(candidate => candidate.Protocol == protocol);
        var stream = StreamSettingsReader.Read(
            outbound.Object("streamSettings"), reader?.Transport ?? TransportProfile.General, listens: false, draft.Transport);
        outbound.Ignore("sendThrough", "mux", "domainStrategy");
        if (outbound.Find("proxySettings") is { } proxy)
        {
            // To go on without it would send directly what the user wants sent through another outbound.
            outbound.Problems.Error(proxy, "'proxySettings' is not supported yet; remove it, or chain through a second portal");
        }

        if (reader is null)
        {
            // Without its protocol, settings mean nothing.
            _ = outbound.Find("settings");
            if (protocol is null)
            {
                outbound.Missing("protocol", $"expected one of: {Describe.List(Protocols.Outbounds.Select(static item => item.Protocol))}");
            }
            else
            {
                outbound.Problems.Error(
                    outbound.Find("protocol")!,
                    Protocols.Refusal(protocol, Protocols.Outbounds.Select(static item => item.Protocol)));
            }
        }
        else
        {
            var context = new OutboundContext { Node = outbound.Node, Stream = stream };
            draft.Outbounds.Add(new OutboundConfig
            {
                Tag = tag,
                Protocol = reader.Protocol,
                Settings = reader.Read(outbound.ObjectOrEmpty("settings"), context),
                Stream = stream,
            });
        }

        outbound.End();
    }
}
