using System.Buffers;
using System.IO.Pipelines;

namespace Tunnel.Shared.Sniffing;

/// <summary>Looks at the first bytes of a connection and takes none of them.</summary>
/// <param name="pipe">The connection.</param>
/// <param name="sniff">Says what all that has come so far is.</param>
/// <param name="maxBytes">How much is looked at.</param>
/// <param name="time">The clock.</param>
internal sealed class PipeLook(IDuplexPipe pipe, Func<ReadOnlySequence<byte>, SniffResult> sniff, int maxBytes, TimeProvider time)
{
    /// <summary>What a visitor that says nothing, since its server speaks first, is delayed by; V2Ray waits as long.</summary>
    public static readonly TimeSpan SilencePatience = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the rest may take once the protocol is certain: a lost packet is sent again within it. Its server has nothing to say before.</summary>
    public static readonly TimeSpan RestPatience = TimeSpan.FromSeconds(2);

    private readonly long _start = time.GetTimestamp();
    private SniffResult _result = SniffResult.NeedMore;

    // The bytes that a read has shown and that were examined: a pipe does not show them again until there are more, nor lets
    // anybody examine less.
    private long _examined;

    /// <summary>Looks until it is clear what the bytes are, or time or room is up.</summary>
    /// <returns>What was found, and the connection, whose next read returns all that was looked at, at once.</returns>
    public async Task<(SniffResult Result, IDuplexPipe Pipe)> RunAsync()
    {
        var input = pipe.Input;
        while (true)
        {
            var reading = input.ReadAsync().AsTask();
            if (!await EndsInTimeAsync(reading))
            {
                if (_examined == 0)
                {
                    // Not cancelled: under a WebSocket that would be the end of the connection.
                    return (_result, Resume(reading));
                }

                input.CancelPendingRead();
                if (!await IsCancelledAsync(reading))
                {
                    // It ended first, so the next one is cancelled instead.
                    input.AdvanceTo((await reading).Buffer.Start, Examined((await reading).Buffer));
                    reading = input.ReadAsync().AsTask();
                    await reading;
                }

                return (Look((await reading).Buffer), Resume(reading));
            }

            var read = await reading;
            var result = Look(read.Buffer);
            if (result.Status != SniffStatus.NeedMore || read.IsCompleted || read.IsCanceled || read.Buffer.Length >= maxBytes)
            {
                if (_examined > 0 || read.IsCanceled)
                {
                    return (result, Resume(reading));
                }

                // The usual case, all at once: nothing was examined, so the next read returns it.
                input.AdvanceTo(read.Buffer.Start);
                return (result, pipe);
            }

            _examined = read.Buffer.Length;
            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private SniffResult Look(ReadOnlySequence<byte> buffer)
    {
        if (buffer.Length > _examined)
        {
            _result = sniff(buffer.Length > maxBytes ? buffer.Slice(0, maxBytes) : buffer);
        }

        return _result;
    }

    private SequencePosition Examined(ReadOnlySequence<byte> buffer) => buffer.GetPosition(Math.Min(_examined, buffer.Length));

    private async Task<bool> EndsInTimeAsync(Task<ReadResult> reading)
    {
        var patience = _result.Protocol is null ? SilencePatience : RestPatience;
        var left = patience - time.GetElapsedTime(_start);
        if (!reading.IsCompleted && left > TimeSpan.Zero)
        {
            await ((Task)reading).WaitAsync(left, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return reading.IsCompleted;
    }

    private static async Task<bool> IsCancelledAsync(Task<ReadResult> reading) => (await reading).IsCanceled;

    /// <summary>The read that was begun becomes the next one's.</summary>
    private ResumedPipe Resume(Task<ReadResult> reading)
    {
        if (!reading.IsCompletedSuccessfully)
        {
            return new ResumedPipe(new ResumedPipeReader(pipe.Input, reading, _examined), pipe.Output);
        }

        // That it was cancelled is between it and us.
        var result = new ReadResult(reading.Result.Buffer, isCanceled: false, reading.Result.IsCompleted);
        return new ResumedPipe(new ResumedPipeReader(pipe.Input, Task.FromResult(result), _examined), pipe.Output);
    }
}
