using System.Net;
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
        outbound.Ignore("mux", "domainStrategy");
        var proxyTag = ProxySettingsReader.Read(outbound, tag, draft);
        var sendThrough = ReadSendThrough(outbound, proxyTag);

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
                ProxyTag = proxyTag,
                SendThrough = sendThrough,
                Settings = reader.Read(outbound.ObjectOrEmpty("settings"), context),
                Stream = stream,
            });
        }

        outbound.End();
    }

    private static IPAddress? ReadSendThrough(ObjectReader outbound, string proxyTag)
    {
        var text = outbound.String("sendThrough")?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var node = outbound.Find("sendThrough")!;
        if (!HostText.TryParseAddress(text, out var address))
        {
            outbound.Problems.Error(node, $"found {node.Found}, expected an IP address of this machine");
            return null;
        }

        if (proxyTag.Length > 0)
        {
            outbound.Problems.Warning(node, $"has no effect beside 'proxySettings': outbound '{Describe.Shorten(proxyTag)}' dials; set it there");
        }

        // V2Ray's default, which means any.
        return address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? null : address;
    }
}
