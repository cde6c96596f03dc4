using System.IO.Pipelines;
using Tunnel.Mux.Output;

namespace Tunnel.Mux.Sessions;

/// <summary>Runs the loops of one session until it ends, and closes its connection.</summary>
internal sealed class SessionLoops(ISessionOwner session, IDuplexPipe connection, OutputLoop output, params Func<CancellationToken, Task>[] others)
{
    /// <summary>How long the last frames may take: to leave, or to be found in what the peer sent before it closed.</summary>
    public static readonly TimeSpan FarewellTime = TimeSpan.FromSeconds(1);

    private bool _allWritten;

    /// <summary>Runs until <paramref name="ended"/> and until the last frames have left; never fails.</summary>
    public async Task RunAsync(ReadOnlyMemory<byte> greeting, Task ended)
    {
        using var stop = new CancellationTokenSource();
        var writing = GuardAsync(token => WriteAsync(greeting, ended, token), stop.Token);
        var rest = others.Select(loop => GuardAsync(loop, stop.Token)).ToArray();

        await ended;
        output.RequestStop();
        _allWritten = await Task.WhenAny(writing, Task.Delay(FarewellTime, stop.Token)) == writing;
        await stop.CancelAsync();
        await Task.WhenAll([writing, .. rest]);
    }

    /// <summary>Closes both ends of the connection; never fails. Call it once, after <see cref="RunAsync"/>.</summary>
    public async Task CloseAsync(MuxSessionEnd end)
    {
        // With a failure a connection drops what it holds, the reason for the peer included; without one it may wait until
        // the peer has taken it.
        var failure = new MuxSessionException(end.Code, end.Message);
        await CompleteAsync(connection.Output.CompleteAsync, _allWritten ? null : failure);
        await CompleteAsync(connection.Input.CompleteAsync, end.IsOrderly ? null : failure);
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> greeting, Task ended, CancellationToken cancellationToken)
    {
        try
        {
            await output.RunAsync(greeting, cancellationToken);
        }
        finally
        {
            // A peer that takes no more has often said why, and the reason waits to be read: let it be found.
            await Task.WhenAny(ended, Task.Delay(FarewellTime, cancellationToken));
        }
    }

    /// <summary>Runs one of the loops; when it returns or fails, the session ends.</summary>
    private async Task GuardAsync(Func<CancellationToken, Task> loop, CancellationToken stop)
    {
        try
        {
            await loop(stop);
            session.EndWithConnection(failure: null);
        }
        catch (MuxSessionException exception)
        {
            session.End(new MuxSessionEnd(exception.Code, ByPeer: false, exception.Message));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The session is being torn down; the reason is known.
        }
#pragma warning disable CA1031 // Whatever a connection throws, the session over it ends with that reason.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            session.EndWithConnection(exception);
        }
    }

    private static async Task CompleteAsync(Func<Exception?, ValueTask> complete, Exception? failure)
    {
        try
        {
            await complete(failure);
        }
#pragma warning disable CA1031, RCS1075 // A connection may fail once more while it is closed; the session has ended all the same.
        catch (Exception)
#pragma warning restore CA1031, RCS1075
        {
        }
    }
}
