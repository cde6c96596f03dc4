using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads what a route says of its targets.</summary>
internal static class WebForwardingReader
{
    private const int MaxWeight = 1000;
    private const int MaxFails = 1000;

    /// <summary>The fields that mean nothing without <c>to</c>.</summary>
    private static readonly string[] OfTargets =
        ["via", "balance", "maxFails", "failTimeout", "health", "connectTimeout", "answerTimeout", "verify", "host", "requestHeaders", "forwarded"];

    public static WebRoute Read(ObjectReader route, WebRoute result, InboundContext context)
    {
        var via = ReadVia(route, context);
        var targets = ReadTargets(route, via, result.Path, context);
        result = result with
        {
            Targets = targets,
            Balance = ReadBalance(route),
            MaxFails = route.Integer("maxFails", 0, MaxFails) ?? result.MaxFails,
            FailTimeout = WebTimeField.Read(route, "failTimeout", result.FailTimeout, WebTimes.Least, WebTimes.Day),
            Health = ReadHealth(route),
            ConnectTimeout = WebTimeField.Read(route, "connectTimeout", result.ConnectTimeout, WebTimes.Least, WebTimes.Day),
            AnswerTimeout = WebTimeField.Read(route, "answerTimeout", result.AnswerTimeout, WebTimes.Least, WebTimes.Day),
            Verify = route.Flag("verify"),
            Host = ReadHost(route, result.Path),
            RequestHeaders = WebHeadersReader.Read(route, "requestHeaders", result.Path),
            Forwarded = route.Find("forwarded") is null || route.Flag("forwarded"),
        };
        if (route.Find("to") is null)
        {
            foreach (var name in OfTargets.Where(name => route.Find(name) is not null))
            {
                route.Problems.Warning(route.Find(name)!, "has no effect without 'to'; remove it");
            }
        }

        return result;
    }

    private static string? ReadVia(ObjectReader reader, InboundContext context)
    {
        var via = reader.String("via")?.Trim();
        if (string.IsNullOrEmpty(via))
        {
            return null;
        }

        context.Carriers.Add(new TextItem(via, reader.Find("via")!));
        return via;
    }

    private static ImmutableArray<WebTarget> ReadTargets(ObjectReader route, string? via, WebPath path, InboundContext context)
    {
        var targets = ImmutableArray.CreateBuilder<WebTarget>();
        foreach (var node in route.Find("to") switch { null => [], { Kind: ConfigNodeKind.Array } list => list.Items, { } one => [one] })
        {
            if (ReadTarget(node, route.Problems, via, context) is not { } target)
            {
                continue;
            }

            if (target.Uri is not null && path.IsRegexp)
            {
                route.Problems.Error(node, "what a regexp matches cannot be replaced, so the target of such a route has no URI; leave out what is behind host and port");
            }
            else if (target is { UnixPath: not null, Via: { } carrier })
            {
                route.Problems.Error(node, $"a Unix socket is on this machine, and cannot be reached through '{Describe.Shorten(carrier)}'; remove 'via', or let the bridge's outbound have \"redirect\": \"unix:/path\"");
            }

            if (target is { UnixPath: null, Via: { } tag })
            {
                context.CarriedHosts.Add((tag, new TextItem(target.Host, node)));
            }

            targets.Add(target);
        }

        if (targets.Count == 0 && route.Find("to") is { Kind: ConfigNodeKind.Array, Items.Count: 0 })
        {
            route.Missing("to", "name a target, such as \"http://127.0.0.1:8080\"");
        }

        return targets.ToImmutable();
    }

    private static WebTarget? ReadTarget(ConfigNode node, ProblemList problems, string? via, InboundContext context)
    {
        if (node.Kind == ConfigNodeKind.String)
        {
            return Parse(node, problems) is { } plain ? plain with { Via = via } : null;
        }

        var item = new ObjectReader(node, problems);
        if (node.Kind != ConfigNodeKind.Object)
        {
            return null;
        }

        WebTarget? target = null;
        if (item.String("url") is not null)
        {
            target = Parse(item.Find("url")!, problems);
        }
        else if (item.Find("url") is null)
        {
            item.Missing("url", "name the target, such as \"http://127.0.0.1:8080\"");
        }

        var own = ReadVia(item, context);
        var weight = item.Integer("weight", 1, MaxWeight) ?? 1;
        item.End();
        return target is null ? null : target with { Via = own ?? via, Weight = weight };
    }

    private static WebTarget? Parse(ConfigNode node, ProblemList problems)
    {
        if (WebTargetText.TryParse(node.Text.Trim(), out var target, out var error))
        {
            return target;
        }

        problems.Error(node, $"found {node.Found}: {error}");
        return null;
    }

    private static WebBalance ReadBalance(ObjectReader route)
    {
        if (route.Word("balance") is not { } word)
        {
            return WebBalance.RoundRobin;
        }

        if (WebBalanceNames.Find(word) is { } balance)
        {
            return balance;
        }

        var node = route.Find("balance")!;
        route.Problems.Error(node, $"found {node.Found}, expected one of: {Describe.List(WebBalanceNames.Names)}{NearestName.Hint(word, WebBalanceNames.Names)}");
        return WebBalance.RoundRobin;
    }

    private static WebHealth? ReadHealth(ObjectReader route)
    {
        if (route.Object("health") is not { } health)
        {
            return null;
        }

        var path = health.String("path") ?? "/";
        if (path.Length == 0 || path[0] != '/' || path.Any(static character => character is <= ' ' or > '~' or '#'))
        {
            health.Problems.Error(health.Find("path")!, $"found {health.Find("path")!.Found}, expected a path such as \"/health\" in printable ASCII");
        }

        var usual = new WebHealth { Path = path };
        var result = usual with
        {
            Interval = WebTimeField.Read(health, "interval", usual.Interval, TimeSpan.FromMilliseconds(100), WebTimes.Day),
            Timeout = WebTimeField.Read(health, "timeout", usual.Timeout, WebTimes.Least, WebTimes.Day),
        };
        health.End();
        return result;
    }

    private static string ReadHost(ObjectReader route, WebPath path)
    {
        var host = route.String("host")?.Trim();
        if (string.IsNullOrEmpty(host) || host is WebRoute.TargetHost or WebRoute.VisitedHost)
        {
            return string.IsNullOrEmpty(host) ? WebRoute.TargetHost : host;
        }

        var node = route.Find("host")!;
        if (host.Any(static character => character is <= ' ' or > '~' or '/' or '?' or '#' or '@' or ','))
        {
            route.Problems.Error(node, $"found {node.Found}, expected '{WebRoute.TargetHost}', '{WebRoute.VisitedHost}', or a name");
        }
        else if (WebTemplateField.Read(node, path, route.Problems) is null)
        {
            return WebRoute.TargetHost;
        }

        return host;
    }
}
