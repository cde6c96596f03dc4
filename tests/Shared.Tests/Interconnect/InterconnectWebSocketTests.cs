using System.Net;
using System.Net.Security;
using System.Text;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Tests.Transport;

namespace Tunnel.Shared.Tests.Interconnect;

public sealed class InterconnectWebSocketTests
{
    private static readonly WebSocketConfig WebSocket = new() { Path = "/tunnel" };

    private readonly InterconnectKey _key = InterconnectKey.Generate();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Both_sides_agree_and_the_next_byte_belongs_to_the_mux(bool plaintext)
    {
        await using var portal = Portal(options => options with { Certificate = plaintext ? null : options.Certificate });
        await using var bridge = await DialAsync(portal.DialOptions(_key) with { Plaintext = plaintext, WebSocket = WebSocket });
        await using var accepted = (await portal.OutcomeAsync<AcceptOutcome.Accepted>()).Connection;

        await bridge.Connection.Output.WriteAsync("mux preface"u8.ToArray());
        Assert.Equal("mux preface"u8.ToArray(), await Wait.ReadExactAsync(accepted.Connection.Input, 11));
        await accepted.Connection.Output.WriteAsync("back"u8.ToArray());
        Assert.Equal("back"u8.ToArray(), await Wait.ReadExactAsync(bridge.Connection.Input, 4));
        foreach (var connection in new[] { bridge.Connection, accepted.Connection })
        {
            connection.Input.Complete();
            connection.Output.Complete();
        }
    }

    [Fact]
    public async Task Another_path_is_named_on_both_sides()
    {
        await using var portal = Portal();

        var failure = await FailAsync(portal.DialOptions(_key) with { WebSocket = new WebSocketConfig { Path = "/other" } });

        Assert.Equal(InterconnectError.UpgradeRefused, failure.Code);
        Assert.Contains("wsSettings.path", failure.Message, StringComparison.Ordinal);
        Assert.Contains("'/other'", (await portal.RefusedAsync(RefusalReason.UpgradeRefused)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bridge_without_a_WebSocket_is_refused_by_TLS()
    {
        await using var portal = Portal();

        Assert.Equal(InterconnectError.TlsFailed, (await FailAsync(portal.DialOptions(_key))).Code);
        await portal.RefusedAsync(RefusalReason.TlsFailed);
    }

    [Fact]
    public async Task A_portal_without_a_WebSocket_is_refused_by_TLS()
    {
        await using var portal = new TestPortal(_key);

        Assert.Equal(InterconnectError.TlsFailed, (await FailAsync(portal.DialOptions(_key) with { WebSocket = WebSocket })).Code);
    }

    [Fact]
    public async Task A_request_that_is_none_is_answered_inside_TLS()
    {
        await using var portal = Portal();
        using var socket = await portal.ConnectAsync();
        await using var tls = new SslStream(new System.Net.Sockets.NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(InterconnectTls.ForBridge("127.0.0.1", TestPortal.TakeAnyCertificate, webSocket: true));
        await tls.WriteAsync(Encoding.ASCII.GetBytes("GET /tunnel HTTP/1.1\r\nHost: a\r\n\r\n"));
        using var reader = new StreamReader(tls);

        Assert.StartsWith("HTTP/1.1 400 ", await reader.ReadToEndAsync().WaitAsync(Wait.Bound), StringComparison.Ordinal);
        await portal.RefusedAsync(RefusalReason.UpgradeRefused);
    }

    [Fact]
    public async Task A_refusal_behind_a_proxy_names_the_client()
    {
        await using var portal = Portal();
        var webSocket = WebSocket with { Headers = [new("X-Forwarded-For", "203.0.113.7")] };

        Assert.Equal(InterconnectError.UnknownKey, (await FailAsync(portal.DialOptions(InterconnectKey.Generate()) with { WebSocket = webSocket })).Code);

        var refused = await portal.RefusedAsync(RefusalReason.UnknownKey);
        Assert.Equal(IPAddress.Parse("203.0.113.7"), Assert.IsType<IPEndPoint>(refused.Remote).Address);
    }

    private static Task<InterconnectConnection> DialAsync(InterconnectDialOptions options) =>
        InterconnectDialer.DialAsync(options, TestPortal.Domain, CancellationToken.None).WaitAsync(Wait.Bound);

    private static Task<InterconnectException> FailAsync(InterconnectDialOptions options) =>
        Assert.ThrowsAsync<InterconnectException>(() => DialAsync(options));

    private TestPortal Portal(Func<InterconnectAcceptOptions, InterconnectAcceptOptions>? change = null) => new(_key, options =>
    {
        options = options with { WebSocketPath = WebSocket.Path };
        return change?.Invoke(options) ?? options;
    });
}
