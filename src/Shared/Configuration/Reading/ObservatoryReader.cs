using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads the <c>observatory</c> object.</summary>
internal static class ObservatoryReader
{
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(100);

    public static void Read(ObjectReader? observatory, ConfigDraft draft)
    {
        if (observatory is null)
        {
            return;
        }

        var selectors = observatory.Strings("subjectSelector");
        if (selectors.Count == 0)
        {
            observatory.Missing("subjectSelector", "list how the tags of the outbounds to probe begin, such as [\"out\"]");
        }

        var url = ReadUrl(observatory);
        var target = ReadTarget(observatory);
        if (observatory.Find("probeURL") is null && observatory.Find("probeTarget") is null)
        {
            observatory.Missing(
                "probeURL",
                "name what each outbound is to be asked for, such as \"http://127.0.0.1/\" (nobody is asked by default), or \"host:port\" with 'probeTarget'");
        }
        else if (url is not null && target is not null)
        {
            observatory.Problems.Error(observatory.Find("probeTarget")!, "stands beside 'probeURL'; a probe does one of the two, remove the other");
        }

        // How V2Ray keeps and hurries its probes.
        observatory.Ignore("persistentProbeResult", "enableConcurrency");
        var result = new ObservatoryConfig
        {
            Selectors = [.. selectors.Select(static item => item.Text)],
            ProbeUrl = url,
            ProbeTarget = target,
        };
        draft.Observatory = result with { ProbeInterval = DurationField.Read(observatory, "probeInterval", MinInterval) ?? result.ProbeInterval };
        draft.ObservatoryNode = selectors.Count > 0 ? observatory.Find("subjectSelector") : null;
        observatory.End();
    }

    private static Uri? ReadUrl(ObjectReader observatory)
    {
        if (observatory.String("probeURL") is not { Length: > 0 } text)
        {
            return null;
        }

        if (Uri.TryCreate(text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo: "" } && HostText.IsHost(url.IdnHost.Trim('[', ']')))
        {
            return url;
        }

        observatory.Problems.Error(observatory.Find("probeURL")!, $"found '{Describe.Shorten(text)}', expected an address such as \"http://127.0.0.1/\" or \"https://example.com/\"");
        return null;
    }

    private static string? ReadTarget(ObjectReader observatory)
    {
        if (observatory.String("probeTarget") is not { Length: > 0 } text)
        {
            return null;
        }

        if (HostText.TrySplit(text, out var host, out var port) && host.Length > 0 && port > 0)
        {
            return HostText.Join(host, port);
        }

        observatory.Problems.Error(observatory.Find("probeTarget")!, $"found '{Describe.Shorten(text)}', expected 'host:port', such as \"127.0.0.1:22\"");
        return null;
    }
}
