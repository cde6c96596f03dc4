using System.IO.Pipelines;
using Microsoft.Extensions.Logging.Abstractions;
using Tunnel.Mux;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Interconnect.Links;
using Tunnel.Shared.Tests.Transport;

namespace Tunnel.Shared.Tests.Interconnect;

/// <summary>Sessions that go on over another connection, with real sockets, TLS and handshakes.</summary>
public sealed class ResumptionTests : IAsyncDisposable
{
    private static readonly InterconnectSettings Settings = InterconnectSettings.Default;

    private readonly InterconnectKey _key = InterconnectKey.Generate();
    private readonly PortalLinks _links = new(Settings, NullLogger.Instance);
    private readonly TestPortal _portal;
    private InterconnectConnection? _current;
    private int _dials;

    public ResumptionTests()
    {
        _portal = new TestPortal(_key, options => options with { Settings = Settings, Links = _links });
    }

    public ValueTask DisposeAsync() => _portal.DisposeAsync();

    [Fact]
    public async Task A_stream_goes_on_over_other_connections()
    {
        var (bridge, portal) = await StartAsync();
        await using var near = bridge;
        await using var far = portal.Session;
        var stream = portal.Session.TryOpen(new StreamMetadata(new Destination(Network.Tcp, "target", 80), Source: null))!;
        var accepted = (await near.AcceptAsync().AsTask().WaitAsync(Wait.Bound))!;
        for (byte round = 0; round < 5; round++)
        {
            byte[] up = [round, 1, 2];
            byte[] down = [round, 3, 4, 5];
            await stream.Output.WriteAsync(up);
            Assert.Equal(up, await Wait.ReadExactAsync(accepted.Input, up.Length));

            // In the middle of nowhere: written, and perhaps on its way.
            await accepted.Output.WriteAsync(down);
            _current!.Connection.Abort();
            var back = (await _portal.OutcomeAsync<AcceptOutcome.Accepted>()).Connection;
            Assert.NotNull(back.Handshake.ReceivedByPeer);
            _links.Resume(back);
            Assert.Equal(down, await Wait.ReadExactAsync(stream.Input, down.Length));
        }

        Assert.Equal(6, _dials);
        await stream.Output.CompleteAsync();
        await accepted.Output.CompleteAsync();
        await stream.Input.CompleteAsync();
        await accepted.Input.CompleteAsync();
    }

    [Fact]
    public async Task The_portal_gives_up_a_connection_that_seems_to_live_when_the_bridge_comes_back()
    {
        var (bridge, portal) = await StartAsync();
        await using var near = bridge;
        await using var far = portal.Session;
        Assert.True(portal.Link.IsConnected);
        var lost = portal.Link.Lost;

        // From a host whose old connection hangs somewhere.
        var request = new ResumeRequest(_current!.Handshake.SessionId, _current.Handshake.ResumeSecret, 0);
        await using var second = await InterconnectDialer.DialAsync(_portal.DialOptions(_key) with { Resume = request }, TestPortal.Domain, CancellationToken.None);
        var reason = await lost.WaitAsync(Wait.Bound);
        Assert.Contains("came back", reason.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Nobody_goes_on_with_a_session_that_was_not_given_to_him(bool wrongId, bool wrongSecret)
    {
        var (bridge, portal) = await StartAsync();
        await using var near = bridge;
        await using var far = portal.Session;
        var lost = portal.Link.Lost;
        var request = new ResumeRequest(
            wrongId ? new byte[16] : _current!.Handshake.SessionId, wrongSecret ? new byte[32] : _current!.Handshake.ResumeSecret, 0);
        var exception = await Assert.ThrowsAsync<InterconnectException>(() =>
            InterconnectDialer.DialAsync(_portal.DialOptions(_key) with { Resume = request }, TestPortal.Domain, CancellationToken.None));
        Assert.Equal(InterconnectError.UnknownSession, exception.Code);
        await _portal.RefusedAsync(RefusalReason.UnknownSession);
        Assert.False(lost.IsCompleted);
        Assert.True(portal.Link.IsConnected);
    }

    [Fact]
    public async Task A_session_ends_when_the_portal_does_not_keep_it_any_more()
    {
        var (bridge, portal) = await StartAsync();
        await using var near = bridge;
        portal.Session.Abort(MuxErrorCode.Cancel, "gone");
        portal.Link.Close(new IOException("gone"));
        _current!.Connection.Abort();

        var end = await near.Completion.WaitAsync(Wait.Bound);
        Assert.False(end.IsOrderly);
    }

    [Fact]
    public async Task Without_the_wish_of_both_there_is_no_link()
    {
        await using var bridge = await InterconnectDialer.DialAsync(
            _portal.DialOptions(_key) with { Settings = Settings with { ResumeWithin = TimeSpan.Zero } }, TestPortal.Domain, CancellationToken.None);
        await using var accepted = (await _portal.OutcomeAsync<AcceptOutcome.Accepted>()).Connection;
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (bridge.Handshake.ResumeWithin, accepted.Handshake.ResumeWithin));
        Assert.Equal((0, 0), (bridge.Handshake.ResumeSecret.Length, accepted.Handshake.ResumeSecret.Length));
    }

    private async Task<(IMuxSession Bridge, PortalLink Portal)> StartAsync()
    {
        var first = await DialAsync(resume: null, CancellationToken.None);
        var accepted = (await _portal.OutcomeAsync<AcceptOutcome.Accepted>()).Connection;
        var portal = _links.Start(accepted, MuxOptions.Default);
        var bridge = new BridgeLink(first, DialAsync, MuxOptions.Default, Settings, "portal", NullLogger.Instance);
        return (bridge.Session, portal);
    }

    private async Task<InterconnectConnection> DialAsync(ResumeRequest? resume, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _dials);
        _current = await InterconnectDialer.DialAsync(_portal.DialOptions(_key) with { Resume = resume }, TestPortal.Domain, cancellationToken);
        return _current;
    }
}
