using System.IO.Pipelines;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Testing.Dispatch;

/// <summary>A connection that a <see cref="FakeDispatcher"/> was given; the inbound waits until <see cref="End"/>.</summary>
public sealed class Dispatched(ConnectionInfo info, IDuplexPipe pipe, CancellationToken aborted)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConnectionInfo Info => info;

    public IDuplexPipe Pipe => pipe;

    /// <summary>Fires when the connection must end now.</summary>
    public CancellationToken Aborted => aborted;

    internal Task Ended => _ended.Task;

    /// <summary>Whether the test has it; one that nobody has ends by itself when it must.</summary>
    internal bool IsTaken { get; set; }

    /// <summary>The connection has been carried to its end; completes what the test has left open.</summary>
    public void End()
    {
        pipe.Output.Complete();
        pipe.Input.Complete();
        _ended.TrySetResult();
    }

    internal void EndUnlessTaken()
    {
        if (!IsTaken)
        {
            End();
        }
    }
}
