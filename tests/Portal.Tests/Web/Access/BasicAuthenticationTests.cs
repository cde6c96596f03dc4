using System.Text;
using Microsoft.AspNetCore.Http;
using Tunnel.Portal.Web.Access;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Tests.Web.Access;

public sealed class BasicAuthenticationTests
{
    private static readonly WebAuth Settings = new()
    {
        Realm = "My \"home\" \\",
        Users =
        [
            new ProxyUser { Name = "anna", Password = new ProxyPassword("secret:1") },
            new ProxyUser { Name = "jürgen", Password = new ProxyPassword("grün") },
        ],
    };

    [Theory]
    [InlineData("anna:secret:1", "anna")]
    [InlineData("jürgen:grün", "jürgen")]
    [InlineData("anna:secret", null)]
    [InlineData("anna:grün", null)]
    [InlineData("Anna:secret:1", null)]
    [InlineData("anna", null)]
    [InlineData(":", null)]
    [InlineData("", null)]
    public async Task A_name_and_its_password_are_let_in(string pair, string? expected)
    {
        foreach (var scheme in new[] { "Basic ", "basic ", "BASIC  " })
        {
            Assert.Equal(expected, await AskAsync(scheme + Convert.ToBase64String(Encoding.UTF8.GetBytes(pair))));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Basic")]
    [InlineData("Basic !!!")]
    [InlineData("Basic gA==")]
    [InlineData("Bearer YW5uYTpzZWNyZXQ6MQ==")]
    public async Task What_is_no_pair_is_not(string? authorization) => Assert.Null(await AskAsync(authorization));

    [Fact]
    public async Task What_is_too_long_to_be_a_pair_is_not() => Assert.Null(await AskAsync("Basic " + new string('A', 100_000)));

    [Fact]
    public async Task Who_is_not_let_in_is_asked_who_it_is()
    {
        var context = new DefaultHttpContext();
        await new BasicAuthentication(Settings).Around(_ => throw new InvalidOperationException())(context);
        Assert.Equal(401, context.Response.StatusCode);
        Assert.Equal("""Basic realm="My \"home\" \\", charset="UTF-8" """.TrimEnd(), context.Response.Headers.WWWAuthenticate.ToString());
        Assert.Equal("auth", context.Response.Headers["Tunnel-Error"].ToString());
    }

    /// <summary>The user's name as later steps find it; null where there was no later step.</summary>
    private static async Task<string?> AskAsync(string? authorization)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = authorization;
        string? name = null;
        await new BasicAuthentication(Settings).Around(inside =>
        {
            name = inside.User.Identity?.Name;
            return Task.CompletedTask;
        })(context);
        Assert.Equal(name is null ? 401 : 200, context.Response.StatusCode);
        return name;
    }
}
