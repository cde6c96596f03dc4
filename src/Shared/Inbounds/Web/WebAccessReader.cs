using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Reads who may come: <c>auth</c>, <c>allow</c> and <c>deny</c>, <c>rate</c>.</summary>
internal static class WebAccessReader
{
    private const int MaxRealm = 200;
    private const double MaxRate = 1_000_000;

    private static readonly ImmutableArray<CidrBlock> All = [new CidrBlock(IPAddress.Any, 0), new CidrBlock(IPAddress.IPv6Any, 0)];

    public static WebRoute Read(ObjectReader route, WebRoute result) => result with
    {
        Auth = ReadAuth(route),
        Allow = ReadBlocks(route, "allow"),
        Deny = ReadBlocks(route, "deny"),
        Rate = ReadRate(route),
    };

    /// <summary>Addresses and blocks of them; <c>all</c> for every address.</summary>
    public static ImmutableArray<CidrBlock> ReadBlocks(ObjectReader reader, string name)
    {
        var blocks = ImmutableArray.CreateBuilder<CidrBlock>();
        foreach (var (text, node) in reader.Strings(name))
        {
            if (text.Trim().Equals("all", StringComparison.OrdinalIgnoreCase))
            {
                blocks.AddRange(All);
            }
            else if (CidrBlock.TryParse(text, out var block))
            {
                blocks.Add(block);
            }
            else
            {
                reader.Problems.Error(node, $"found '{Describe.Shorten(text)}', expected an address, a block of them such as \"10.0.0.0/8\", or \"all\"");
            }
        }

        return blocks.ToImmutable();
    }

    private static WebAuth? ReadAuth(ObjectReader route)
    {
        if (route.Object("auth") is not { } auth)
        {
            return null;
        }

        var realm = auth.String("realm") ?? new WebAuth().Realm;
        if (realm.Length > MaxRealm || realm.Any(static character => character is < ' ' or > '~'))
        {
            auth.Problems.Error(auth.Find("realm")!, $"expected at most {MaxRealm} printable ASCII characters");
        }

        var users = ImmutableArray.CreateBuilder<ProxyUser>();
        var items = auth.Objects("users");
        foreach (var item in items)
        {
            if (ProxyUserReader.Read(item) is not { } user)
            {
                continue;
            }

            if (user.Name.Contains(':', StringComparison.Ordinal))
            {
                item.Problems.Error(item.Find("user")!, "a name with a colon cannot be told from its password in HTTP; choose another one");
            }
            else if (users.Any(other => other.Name == user.Name))
            {
                item.Problems.Error(item.Find("user")!, $"another user has the name '{Describe.Shorten(user.Name)}'; give each its own");
            }

            users.Add(user);
        }

        if (items.Count == 0 && auth.Find("users") is null or { Kind: ConfigNodeKind.Array })
        {
            auth.Missing("users", "give at least one, { \"user\": \"…\", \"pass\": \"…\" }, or remove 'auth'");
        }

        auth.End();
        return new WebAuth { Realm = realm, Users = users.ToImmutable() };
    }

    private static WebRate? ReadRate(ObjectReader route)
    {
        if (route.Object("rate") is not { } rate)
        {
            return null;
        }

        var perSecond = 0.0;
        if (rate.Find("perSecond") is not { } node)
        {
            rate.Missing("perSecond", "say how many requests a second an address may make, such as 10");
        }
        else if (node.Kind != ConfigNodeKind.Number
            || !double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out perSecond)
            || perSecond is not (> 0 and <= MaxRate))
        {
            rate.Problems.Error(node, $"found {node.Found}, expected a number above 0, such as 10, or 0.1 for one request in ten seconds");
        }

        var result = new WebRate { PerSecond = perSecond, Burst = rate.Integer("burst", 0, int.MaxValue) ?? 0 };
        rate.End();
        return result;
    }
}
