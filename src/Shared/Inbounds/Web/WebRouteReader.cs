using System.Collections.Immutable;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads one item of <c>routes</c>; what belongs together has readers of its own.</summary>
internal static class WebRouteReader
{
    private const int DefaultRedirect = 301;
    private const int DefaultAnswer = 200;

    /// <summary>A method is a token; nobody's is longer.</summary>
    private const int MaxMethod = 32;

    private static readonly int[] Redirects = [301, 302, 303, 307, 308];

    private static readonly string[] Actions = ["to", "root", "redirect"];

    public static WebRoute Read(ObjectReader route, InboundContext context)
    {
        var path = WebPathText.Read(route);
        var result = new WebRoute
        {
            Path = path,
            Methods = ReadMethods(route),
            ResponseHeaders = WebHeadersReader.Read(route, "responseHeaders", path),
            MaxBody = WebSizeField.Read(route, "maxBody", 0) ?? 0,
            Cache = ReadCache(route),
            Compress = ReadCompress(route),
        };
        result = WebForwardingReader.Read(route, result, context);
        result = WebFilesReader.Read(route, result);
        result = WebAccessReader.Read(route, result);
        result = ReadAnswer(route, result);
        CheckAction(route, result);
        route.End();
        return result;
    }

    private static ImmutableArray<string> ReadMethods(ObjectReader route)
    {
        var methods = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, node) in route.Strings("methods"))
        {
            var method = text.Trim().ToUpperInvariant();
            if (method.Length is 0 or > MaxMethod || !method.All(static character => char.IsAsciiLetter(character) || character is '-' or '_'))
            {
                route.Problems.Error(node, $"found '{Describe.Shorten(text)}', expected methods such as \"GET\" and \"POST\"");
            }
            else if (!methods.Contains(method))
            {
                methods.Add(method);
            }
        }

        return methods.ToImmutable();
    }

    private static WebRoute ReadAnswer(ObjectReader route, WebRoute result)
    {
        var redirect = WebTemplateField.Read(route, "redirect", result.Path);
        var answer = WebTemplateField.Read(route, "answer", result.Path);
        var status = route.Integer("status", 200, 599);
        if (redirect is not null)
        {
            if (redirect.Text.Length == 0 || redirect.Text.Any(static character => character is <= ' ' or > '~'))
            {
                route.Problems.Error(route.Find("redirect")!, "expected where to go, such as \"https://other.example$request_uri\" or \"/new/\", in printable ASCII without blanks");
            }

            if (status is { } code && !Redirects.Contains(code))
            {
                route.Problems.Error(route.Find("status")!, $"a redirect has one of the statuses {string.Join(", ", Redirects)}");
            }
        }

        return result with
        {
            Redirect = redirect,
            Answer = answer,
            Status = status ?? (route.Find("redirect") is not null ? DefaultRedirect : answer is not null ? DefaultAnswer : null),
        };
    }

    /// <summary>One thing is done with a request.</summary>
    private static void CheckAction(ObjectReader route, WebRoute result)
    {
        string[] actions =
        [
            .. Actions.Where(name => route.Find(name) is not null),
            .. route.Find("redirect") is null && (route.Find("answer") ?? route.Find("status")) is not null ? ["status"] : Array.Empty<string>(),
        ];
        switch (actions)
        {
            case []:
                route.Missing("to", "say what the route does, with one of 'to', 'root', 'redirect' and 'status'");
                break;
            case ["to", "root"]:
                if (result.Root is not null && !result.TryFiles.Contains(WebRoute.TryTarget))
                {
                    route.Problems.Warning(
                        route.Find("root")!, "no file is served beside 'to' unless 'tryFiles' says when; add \"tryFiles\": [ \"$uri\", \"@to\" ], or remove this");
                }

                break;
            case [_, _, ..]:
                route.Problems.Error(route.Node, $"does several things at once ({string.Join(", ", actions.Select(static name => $"'{name}'"))}); make a route of each");
                break;
        }

        if (route.Find("redirect") is not null && route.Find("answer") is { } answer)
        {
            route.Problems.Error(answer, "a redirect has no answer of its own; remove one of them");
        }
    }

    private static WebCache? ReadCache(ObjectReader route)
    {
        const string Name = "cache";
        if (route.Find(Name) is { Kind: ConfigNodeKind.True or ConfigNodeKind.False })
        {
            return route.Flag(Name) ? new WebCache() : null;
        }

        if (route.Object(Name) is not { } cache)
        {
            return null;
        }

        var usual = new WebCache();
        var result = new WebCache
        {
            Size = WebSizeField.Read(cache, "size", 1024) ?? usual.Size,
            StaleIfError = WebTimeField.Read(cache, "staleIfError", usual.StaleIfError, TimeSpan.Zero, WebTimes.Year),
            DefaultFor = WebTimeField.Read(cache, "defaultFor", usual.DefaultFor, TimeSpan.Zero, WebTimes.Year),
        };
        cache.End();
        return result;
    }

    private static WebCompression? ReadCompress(ObjectReader route)
    {
        const string Name = "compress";
        if (route.Find(Name) is { Kind: ConfigNodeKind.True or ConfigNodeKind.False })
        {
            return route.Flag(Name) ? new WebCompression() : null;
        }

        var types = ImmutableArray.CreateBuilder<string>();
        foreach (var (text, node) in route.Strings(Name))
        {
            var type = text.Trim().ToLowerInvariant();
            if (type != "*" && (type.Count(static character => character == '/') != 1 || type.AsSpan().ContainsAny(" ;,")))
            {
                route.Problems.Error(node, $"found '{Describe.Shorten(text)}', expected media types such as \"text/html\", or true for those of text");
            }
            else if (!types.Contains(type))
            {
                types.Add(type);
            }
        }

        return types.Count == 0 ? null : new WebCompression { MediaTypes = types.ToImmutable() };
    }
}
