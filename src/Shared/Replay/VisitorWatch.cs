using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Shared.Sniffing;

namespace Tunnel.Shared.Replay;

/// <summary>Watches a visitor that waits for an outbound: whether it leaves, and how it begins. Takes nothing of what it sends.</summary>
/// <param name="pipe">The visitor's.</param>
/// <param name="readsOn">Whether a read that waits can be cancelled without harm; otherwise nothing is read behind the first bytes.</param>
/// <param name="wake">Whether somebody has examined bytes before: only a read that is cancelled shows them again.</param>
internal sealed class VisitorWatch(IDuplexPipe pipe, bool readsOn, bool wake)
{
    /// <summary>With so many bytes no more are read: the rest waits at the visitor. One read brings up to 16 KiB.</summary>
    private const int EnoughBytes = 16 * 1024;

    /// <summary>Enough for a request line; a longer one is not recognised.</summary>
    private const int SniffedBytes = 4 * 1024;

    /// <summary>Whether what came begins like an HTTP/1 request.</summary>
    public bool BeginsLikeHttp { get; private set; }

    /// <summary>Watches until <paramref name="until"/> completes or the visitor has left.</summary>
    /// <returns>
    /// The visitor's pipe, whose next read returns all that has come; null where it has left. Who ends its side without a word,
    /// or behind an HTTP request, has left: it can ask nothing more, and HTTP clients do not half-close. Others may wait so.
    /// </returns>
    public async Task<IDuplexPipe?> RunAsync(Task until)
    {
        try
        {
            return await WatchAsync(pipe.Input, until);
        }
#pragma warning disable CA1031 // Whatever a reader throws, this visitor is gone.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    private async Task<IDuplexPipe?> WatchAsync(PipeReader input, Task until)
    {
        var examined = 0L;
        if (wake)
        {
            input.CancelPendingRead();
        }

        while (true)
        {
            var reading = input.ReadAsync().AsTask();
            await Task.WhenAny(reading, until);
            if (!reading.IsCompleted)
            {
                return examined == 0 ? Resume(reading, 0) : await StopReadingAsync(input, reading, examined);
            }

            var read = await reading;
            var buffer = read.Buffer;
            BeginsLikeHttp = BeginsLikeHttp || IsHttp(buffer);
            if (read.IsCompleted && (buffer.IsEmpty || BeginsLikeHttp))
            {
                input.AdvanceTo(buffer.Start, buffer.End);
                return null;
            }

            if (read.IsCompleted || buffer.Length >= EnoughBytes || (!readsOn && !buffer.IsEmpty))
            {
                await until;
                return Resume(Task.FromResult(Uncancelled(read)), examined);
            }

            examined = buffer.Length;
            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>What was examined is shown again by a read that is cancelled, and by no other before more comes.</summary>
    private async Task<IDuplexPipe?> StopReadingAsync(PipeReader input, Task<ReadResult> reading, long examined)
    {
        input.CancelPendingRead();
        var read = await reading;
        if (!read.IsCanceled)
        {
            // It ended first, so the next one is cancelled instead.
            examined = read.Buffer.Length;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await input.ReadAsync();
        }

        return Resume(Task.FromResult(Uncancelled(read)), examined);
    }

    private ResumedPipe Resume(Task<ReadResult> reading, long examined) => new(new ResumedPipeReader(pipe.Input, reading, examined), pipe.Output);

    /// <summary>That it was cancelled is between it and us.</summary>
    private static ReadResult Uncancelled(ReadResult read) => new(read.Buffer, isCanceled: false, read.IsCompleted);

    private static bool IsHttp(ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return false;
        }

        var start = buffer.Slice(0, Math.Min(buffer.Length, SniffedBytes));
        var result = HttpSniffer.Sniff(start.IsSingleSegment ? start.FirstSpan : start.ToArray());
        return result.Protocol is not null;
    }
}
