using FsCheck;
using FsCheck.Fluent;
using Tunnel.Portal.Web.Requests;
using Tunnel.Portal.Web.Serving;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Tests.Web.Serving;

public sealed class RouteTableTests
{
    private static readonly WebTarget Target = new() { Host = "target.test", Port = 80 };

    private static readonly RouteTable Match = Table(
        Prefix("/"), Exact("/exact"), Prefix("/docs/"), Prefix("/docs/deep/"), Final("/docs/static/"), Regexp(@"\.php$"), Regexp(@"^/docs/.*\.jpg$"), Regexp(@"\.jpg$"), Prefix("/exact"));

    [Theory]
    [InlineData("/", 0)]
    [InlineData("/anything", 0)]
    [InlineData("/exact", 1)]
    [InlineData("/exactly", 8)]
    [InlineData("/docs/a", 2)]
    [InlineData("/docs/deep/a", 3)]
    [InlineData("/docs/deep/a.php", 5)]
    [InlineData("/docs/static/a.php", 4)]
    [InlineData("/docs/a.jpg", 6)]
    [InlineData("/a.jpg", 7)]
    [InlineData("//docs//./deep/../a", 2)]
    public void The_route_is_the_one_that_nginx_takes(string target, int expected)
    {
        var choice = Match.Find(PathOf(target), "GET");

        Assert.Equal(RouteChoiceKind.Found, choice.Kind);
        Assert.Equal(expected, choice.Index);
    }

    [Fact]
    public void A_path_that_lacks_the_slash_of_a_route_that_forwards_is_told_so()
    {
        Assert.Equal(RouteChoiceKind.AddSlash, Match.Find(PathOf("/docs"), "GET").Kind);
        Assert.Equal(RouteChoiceKind.Found, Table(Prefix("/docs/"), Prefix("/docs")).Find(PathOf("/docs"), "GET").Kind);
        Assert.Equal(RouteChoiceKind.None, Table(Prefix("/docs/") with { Targets = [], Status = 200 }).Find(PathOf("/docs"), "GET").Kind);
    }

    [Fact]
    public void Methods_choose_between_routes_of_one_path_and_never_open_another_one()
    {
        var table = Table(Prefix("/"), Prefix("/api/") with { Methods = ["GET"] }, Prefix("/api/") with { Methods = ["POST"] });

        Assert.Equal(1, table.Find(PathOf("/api/x"), "GET").Index);
        Assert.Equal(1, table.Find(PathOf("/api/x"), "HEAD").Index);
        Assert.Equal(2, table.Find(PathOf("/api/x"), "POST").Index);
        var choice = table.Find(PathOf("/api/x"), "DELETE");
        Assert.Equal(RouteChoiceKind.WrongMethod, choice.Kind);
        Assert.Equal(["GET", "POST"], choice.Methods.AsEnumerable());
    }

    [Fact]
    public void The_groups_of_a_regexp_are_kept()
    {
        var choice = Table(Regexp("^/old/([a-z]+)/(.*)$")).Find(PathOf("/old/a/b/c"), "GET");

        Assert.Equal(["/old/a/b/c", "a", "b/c"], choice.Groups.AsEnumerable());
    }

    [Fact]
    public void A_regexp_may_look_around() =>
        Assert.Equal(RouteChoiceKind.None, Table(Regexp("^/(?!api/)")).Find(PathOf("/api/x"), "GET").Kind);

    [Fact]
    public void Of_prefixes_alone_the_longest_wins_in_whatever_order_they_stand() => Prop.ForAll(
        Gen.Elements("/", "/a", "/a/", "/a/b", "/a/b/", "/ab", "/b/").ListOf().Where(static list => list.Count > 0).ToArbitrary(),
        Gen.Elements("/", "/a", "/a/b/c", "/abc", "/b/a", "/c").ToArbitrary(),
        static (prefixes, target) =>
        {
            var routes = prefixes.Distinct().Select(static prefix => Prefix(prefix) with { Targets = [], Status = 200 }).ToArray();
            var choice = Table(routes).Find(PathOf(target), "GET");
            var longest = routes.Where(route => target.StartsWith(route.Path.Text, StringComparison.Ordinal)).MaxBy(static route => route.Path.Text.Length);
            return longest is null ? choice.Kind == RouteChoiceKind.None : ReferenceEquals(routes[choice.Index], longest);
        }).QuickCheckThrowOnFailure();

    internal static RequestPath PathOf(string target) => RequestPath.TryParse(target, out var path) ? path : throw new ArgumentException(target, nameof(target));

    private static RouteTable Table(params WebRoute[] routes) => new([.. routes]);

    private static WebRoute Prefix(string text) => new() { Path = new WebPath(WebPathKind.Prefix, text), Targets = [Target] };

    private static WebRoute Final(string text) => new() { Path = new WebPath(WebPathKind.FinalPrefix, text), Targets = [Target] };

    private static WebRoute Exact(string text) => new() { Path = new WebPath(WebPathKind.Exact, text), Targets = [Target] };

    private static WebRoute Regexp(string text) => new() { Path = new WebPath(WebPathKind.Regexp, text), Targets = [Target] };
}
