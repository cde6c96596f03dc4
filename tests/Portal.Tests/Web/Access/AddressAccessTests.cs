using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Access;
using Tunnel.Shared.Configuration;

namespace Tunnel.Portal.Tests.Web.Access;

public sealed class AddressAccessTests
{
    [Theory]
    [InlineData("", "", "192.0.2.1", true)]
    [InlineData("10.0.0.0/8", "", "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "", "192.0.2.1", false)]
    [InlineData("10.0.0.0/8", "", "::ffff:10.1.2.3", true)]
    [InlineData("", "10.0.0.0/8", "10.1.2.3", false)]
    [InlineData("", "10.0.0.0/8", "192.0.2.1", true)]
    [InlineData("10.0.0.1", "10.0.0.0/8", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.0/8", "10.0.0.2", false)]
    [InlineData("10.0.0.1", "10.0.0.0/8", "192.0.2.1", true)]
    [InlineData("10.0.0.0/8 2001:db8::/32", "0.0.0.0/0 ::/0", "2001:db8::1", true)]
    [InlineData("10.0.0.0/8 2001:db8::/32", "0.0.0.0/0 ::/0", "2001:db9::1", false)]
    [InlineData("10.0.0.0/8", "0.0.0.0/0 ::/0", null, false)]
    [InlineData("10.0.0.0/8", "", null, false)]
    [InlineData("0.0.0.0/0 ::/0", "", null, true)]
    [InlineData("", "10.0.0.0/8", null, true)]
    public void Allow_is_asked_first_then_deny(string allow, string deny, string? address, bool expected) =>
        Assert.Equal(expected, new AddressAccess(Blocks(allow), Blocks(deny)).Admits(address is null ? null : IPAddress.Parse(address)));

    [Fact]
    public async Task Who_is_not_let_in_is_told_so()
    {
        var context = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse("192.0.2.1") } };
        await new AddressAccess([], Blocks("192.0.2.0/24")).Around(_ => throw new InvalidOperationException())(context);
        Assert.Equal((403, "denied"), (context.Response.StatusCode, context.Response.Headers["Tunnel-Error"].ToString()));
    }

    private static ImmutableArray<CidrBlock> Blocks(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(item => CidrBlock.TryParse(item, out var block) ? block : throw new FormatException(item))];
}
