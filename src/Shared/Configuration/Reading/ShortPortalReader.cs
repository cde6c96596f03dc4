using System.Collections.Immutable;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads a portal in short form: <c>{ domain, tag?, listen, key?, public, parking? }</c>.</summary>
internal static class ShortPortalReader
{
    /// <summary>The portal; null after complaints.</summary>
    public static ShortPortal? Read(ObjectReader portal, string tag, ParkingConfig? parking)
    {
        var problems = portal.Problems;
        var publics = ReadPublics(portal);
        var text = portal.String("listen");
        if (text is null)
        {
            if (portal.Find("listen") is null)
            {
                portal.Missing(
                    "listen",
                    "the short form needs it beside 'public': where bridges connect, \"tunnel://KEY@0.0.0.0:7000\" (without both, the long form needs inbounds and rules)");
            }

            ReverseReader.ReadDomain(portal, null);
            return null;
        }

        var node = portal.Find("listen")!;
        var join = JoinField.Parse(new TextItem(text, node), problems);
        var domain = ReverseReader.ReadDomain(portal, join?.Domain);
        if (join is null)
        {
            return null;
        }

        var key = JoinField.ReadKey(portal, join, node);
        if (!ListenAddress.TryParse(join.Host, out var address))
        {
            problems.Error(node, $"'{Describe.Shorten(join.Host)}' is a name, and a portal listens on addresses of its own machine; write 0.0.0.0 for all of them");
            return null;
        }

        return key is { } given && domain is not null && !publics.IsEmpty
            ? new ShortPortal
            {
                Tag = tag,
                Domain = domain,
                Listen = new ListenEndpoint(address, join.Port),
                Key = given.Key,
                KeyReference = given.Reference,
                Publics = publics,
                Parking = parking,
                Node = portal.Node,
            }
            : null;
    }

    private static ImmutableArray<ListenEndpoint> ReadPublics(ObjectReader portal)
    {
        var node = portal.Find("public");
        if (node is null or { Kind: ConfigNodeKind.Array, Items.Count: 0 })
        {
            portal.Missing(
                "public",
                "the short form needs it beside 'listen': where visitors connect, such as [\"0.0.0.0:8080\"] (without both, the long form needs inbounds and rules)");
        }

        var publics = ImmutableArray.CreateBuilder<ListenEndpoint>();
        foreach (var (text, item) in portal.OneOrMore("public"))
        {
            if (ListenEndpoint.TryParse(text, out var endpoint, out var error))
            {
                publics.Add(endpoint);
            }
            else
            {
                portal.Problems.Error(item, $"found '{Describe.Shorten(text)}': {error}");
            }
        }

        return publics.ToImmutable();
    }
}
