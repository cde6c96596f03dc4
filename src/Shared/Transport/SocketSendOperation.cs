using System.Net.Sockets;
using System.Threading.Tasks.Sources;

namespace Tunnel.Shared.Transport;

/// <summary>One reusable send of one or several buffers, awaited without allocation.</summary>
internal sealed class SocketSendOperation : SocketAsyncEventArgs, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _source;

    public SocketSendOperation()
        : base(true)
    {
    }

    /// <summary>Sends what <see cref="SocketAsyncEventArgs.SetBuffer(Memory{byte})"/> or the buffer list holds.</summary>
    /// <exception cref="SocketException">The send failed.</exception>
    public ValueTask RunAsync(Socket socket)
    {
        _source.Reset();
        if (socket.SendAsync(this))
        {
            return new ValueTask(this, _source.Version);
        }

        return SocketError == SocketError.Success ? ValueTask.CompletedTask : throw new SocketException((int)SocketError);
    }

    public void GetResult(short token) => _source.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    protected override void OnCompleted(SocketAsyncEventArgs e)
    {
        if (SocketError == SocketError.Success)
        {
            _source.SetResult(true);
        }
        else
        {
            _source.SetException(new SocketException((int)SocketError));
        }
    }
}
