using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using Tunnel.Fuzz.Engine;
using Tunnel.Fuzz.Feeding;
using Tunnel.Mux;
using Tunnel.Testing.Pipes;

namespace Tunnel.Fuzz.Targets;

/// <summary>
/// Plays an input to a session that is used as sessions are: streams are opened and accepted, what comes is echoed. Whatever
/// comes, the session ends with a reason, its streams end, and no buffer is left behind.
/// </summary>
internal static class SessionPlay
{
    /// <summary>So much may be written to the session's input before it reads; more than any input has.</summary>
    public const int PauseThreshold = 1024 * 1024;

    /// <summary>Blocks that a session may rent in its life, beside those that each byte of input may make it rent.</summary>
    private const int BaseBlocks = 64;

    /// <summary>A machine may have much else to do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Plays the bytes to a session that is started on a connection.</summary>
    /// <param name="bytes">The input.</param>
    /// <param name="start">Starts it; the task is over when whoever else uses the session has left it.</param>
    /// <param name="metadata">Of the streams that are opened.</param>
    /// <param name="observations">What came of it.</param>
    public static void Run(
        byte[] bytes, Func<IDuplexPipe, MemoryPool<byte>, (IMuxSession Session, Task Over)> start, StreamMetadata metadata, Observations observations) =>
        Run(bytes, pool => PlayAsync(bytes, start, metadata, pool), observations);

    /// <summary>Has something played, and checks what it leaves behind.</summary>
    public static void Run(byte[] bytes, Func<TrackingPool, Task<(MuxSessionEnd End, int Streams)>> play, Observations observations) =>
        RunAsync(bytes, play, observations).GetAwaiter().GetResult();

    /// <summary>Sends bytes in pieces until they are not wanted any more, and then the end.</summary>
    public static async Task SendAsync(IDuplexPipe peer, byte[] bytes)
    {
        foreach (var piece in Split.Pieces(bytes))
        {
            try
            {
                if ((await peer.Output.WriteAsync(piece)).IsCompleted)
                {
                    break;
                }
            }
            catch (Exception exception) when (exception is MuxSessionException or IOException)
            {
                break;
            }
        }

        await peer.Output.CompleteAsync();
    }

    private static async Task RunAsync(byte[] bytes, Func<TrackingPool, Task<(MuxSessionEnd End, int Streams)>> play, Observations observations)
    {
        using var pool = new TrackingPool();
        var (end, streams) = await play(pool);
        PropertyException.Require(end.Message.Length > 0 && Enum.IsDefined(end.Code), "a session ends with a reason");

        // A block may be returned a little later than its session ends.
        var waited = Stopwatch.GetTimestamp();
        while (pool.Rented > 0 && Stopwatch.GetElapsedTime(waited) < Patience)
        {
            await Task.Yield();
        }

        pool.AssertAllReturned();
        PropertyException.Require(pool.EverRented <= BaseBlocks + bytes.Length, "a session does not rent more blocks than it gets bytes");
        observations.Note(end.Code);
        observations.Note(end.ByPeer);
        observations.Note(end.Message);
        observations.Note(streams);
    }

    private static async Task<(MuxSessionEnd End, int Streams)> PlayAsync(
        byte[] bytes, Func<IDuplexPipe, MemoryPool<byte>, (IMuxSession Session, Task Over)> start, StreamMetadata metadata, TrackingPool pool)
    {
        var (peer, connection) = DuplexPipePair.Create(pool, PauseThreshold);
        var (started, over) = start(connection, pool);
        await using var session = started;
        var user = UseAsync(session, metadata);
        await SendAsync(peer, bytes);
        var end = await session.Completion;
        var streams = await user;
        await peer.Input.CompleteAsync();
        await over;
        PropertyException.Require(session.StreamCount == 0, "streams end with their session");
        return (end, streams);
    }

    /// <summary>Opens and accepts streams, echoes what comes, and completes everything; returns how many streams there were.</summary>
    public static async Task<int> UseAsync(IMuxSession session, StreamMetadata metadata)
    {
        var work = new List<Task>();
        for (var i = 0; i < 2; i++)
        {
            if (session.TryOpen(metadata) is { } opened)
            {
                work.Add(EchoAsync(opened));
            }
        }

        while (await session.AcceptAsync() is { } accepted)
        {
            work.Add(EchoAsync(accepted));
        }

        await Task.WhenAll(work);
        return work.Count;
    }

    private static async Task EchoAsync(IMuxStream stream)
    {
        try
        {
            await stream.Input.CopyToAsync(stream.Output);
        }
        catch (MuxStreamException)
        {
            // Reset, or its session ended.
        }
        finally
        {
            await stream.Output.CompleteAsync();
            await stream.Input.CompleteAsync();
        }

        await stream.Closed;
    }
}
