using Tunnel.Mux;
using Tunnel.Shared.Interconnect;
using Tunnel.Shared.Transport;
using Tunnel.Testing.Sessions;

namespace Tunnel.Bridge.Tests;

/// <summary>A dial under way, whose outcome a test decides.</summary>
internal sealed class FakeDial(int portal, string virtualDomain, TimeSpan at)
{
    private readonly TaskCompletionSource<IMuxSession> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Portal => portal;

    public string VirtualDomain => virtualDomain;

    /// <summary>When it began, by the test's clock.</summary>
    public TimeSpan At => at;

    public Task<IMuxSession> Outcome => _outcome.Task;

    public SessionPair Succeed()
    {
        var pair = new SessionPair();
        _outcome.SetResult(pair.Bridge);
        return pair;
    }

    public void Fail(string message = "nobody there", TimeSpan? retryAfter = null) =>
        _outcome.SetException(new InterconnectException(InterconnectError.ConnectFailed, message, retryAfter: retryAfter));

    public void Refuse() => _outcome.SetException(new InterconnectException(
        InterconnectError.ConnectFailed, "refused", inner: new DialException(DialFailure.Refused, "portal:7000", "refused")));
}
