using System.Collections.Immutable;
using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Tunnel.Portal.Web.Import.Syntax;
using Tunnel.Portal.Web.Import.Translation;
using Tunnel.Shared.Configuration;

namespace Tunnel.Portal.Tests.Web.Import;

public sealed class AddressRulesTests
{
    [Theory]
    [InlineData("allow 10.0.0.0/8; allow 192.168.1.1; deny all", "10.0.0.0/8 192.168.1.1", "all")]
    [InlineData("deny 10.0.0.1; allow all", "", "10.0.0.1")]
    [InlineData("deny 10.0.0.1", "", "10.0.0.1")]
    [InlineData("deny all", "", "all")]
    [InlineData("allow all; deny all", "", "")]
    [InlineData("allow 10.0.0.0/8", "", "")]
    [InlineData("deny 10.0.0.1; allow 10.0.0.0/30; deny all", "10.0.0.2/31 10.0.0.0", "all")]
    [InlineData("allow 10.0.0.1; deny 10.0.0.0/31", "", "10.0.0.0")]
    [InlineData("deny 10.0.0.0/8; allow 10.1.0.0/16; deny all", "", "all")]
    [InlineData("allow 2001:db8::/32; deny all", "2001:db8::/32", "all")]
    public void The_order_of_nginx_is_kept(string rules, string allow, string deny)
    {
        var lists = AddressRules.Translate(Rules(rules), out var culprit);

        Assert.Null(culprit);
        Assert.Equal(allow, string.Join(' ', lists!.Value.Allow));
        Assert.Equal(deny, string.Join(' ', lists.Value.Deny));
    }

    [Theory]
    [InlineData("allow unix:; deny all")]
    [InlineData("allow example.com")]
    [InlineData("deny")]
    public void What_is_no_address_is_named(string rules)
    {
        Assert.Null(AddressRules.Translate(Rules(rules), out var culprit));
        Assert.NotNull(culprit);
    }

    /// <summary>Whoever nginx lets in is let in by the two lists, asked one after the other, and nobody else.</summary>
    [Fact]
    public void The_lists_say_the_same_as_the_rules()
    {
        var rule =
            from allows in Gen.Elements(true, false)
            from bits in Gen.Choose(0, 15)
            from length in Gen.Choose(26, 32)
            from all in Gen.Frequency((9, Gen.Constant(false)), (1, Gen.Constant(true)))
            select $"{(allows ? "allow" : "deny")} {(all ? "all" : $"10.0.0.{bits}/{length}")}";
        Prop.ForAll(
            Gen.ListOf(rule).ToArbitrary(),
            rules =>
            {
                var parsed = Rules(string.Join("; ", rules));
                var lists = AddressRules.Translate(parsed, out _)!.Value;
                for (var host = 0; host < 70; host++)
                {
                    var address = IPAddress.Parse($"10.0.0.{host}");
                    var first = parsed.FirstOrDefault(rule => Matches(rule.First, address));
                    var ours = lists.Allow.Any(block => Matches(block, address)) || !(lists.Deny.Any(block => Matches(block, address)) || (!lists.Allow.IsEmpty && lists.Deny.IsEmpty));
                    Assert.Equal(first?.Name != "deny", ours);
                }
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Rules_that_cut_into_each_other_too_often_are_given_up()
    {
        var denied = Enumerable.Range(0, 2000).Select(static number => $"deny 10.{number / 256}.{number % 256}.1");
        var allowed = Enumerable.Range(0, 2000).Select(static number => $"allow 10.{number / 256}.0.0/16");

        Assert.Null(AddressRules.Translate(Rules(string.Join("; ", denied.Concat(allowed))), out var culprit));
        Assert.NotNull(culprit);
    }

    private static bool Matches(string block, IPAddress address) => block == "all" || (CidrBlock.TryParse(block, out var parsed) && parsed.Contains(address));

    private static ImmutableArray<NginxDirective> Rules(string text) =>
    [
        .. text.Split("; ", StringSplitOptions.RemoveEmptyEntries)
            .Select(static rule => rule.Split(' '))
            .Select(static words => new NginxDirective(words[0], [.. words[1..]], new NginxPlace("f", 1))),
    ];
}
