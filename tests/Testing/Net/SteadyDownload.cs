using System.Net;

namespace Tunnel.Testing.Net;

/// <summary>A long download that goes on in the background and must not notice what happens beside it.</summary>
/// <remarks>It reads <see cref="Pattern"/> from a target without end, gently, so that it outlasts the test and leaves the processors alone.</remarks>
public sealed class SteadyDownload : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    // More than every buffer on the way could hold back, so reading it proves that the way is open.
    private const long Proof = 48 * 1024 * 1024;
    private const int BurstBytes = 1024 * 1024;

    private readonly Visitor _visitor;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _reading;
    private long _bytes;
    private volatile bool _fast;

    private SteadyDownload(Visitor visitor)
    {
        _visitor = visitor;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>How much has come, every byte of it right.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Starts it and returns when data flows.</summary>
    public static async Task<SteadyDownload> StartAsync(EndPoint endPoint)
    {
        var download = new SteadyDownload(await Visitor.ConnectAsync(endPoint));
        await download.WaitForAsync(BurstBytes);
        return download;
    }

    /// <summary>Fails unless the download still runs and every byte was right.</summary>
    public async Task VerifyUndisturbedAsync()
    {
        _fast = true;
        await WaitForAsync(Bytes + Proof);
        _fast = false;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _visitor.Dispose();
        _stop.Dispose();
    }

    private Task WaitForAsync(long bytes) => Eventually.HoldsAsync(
        async () =>
        {
            if (_reading.IsFaulted)
            {
                await _reading;
            }

            return Bytes >= bytes;
        },
        Limit,
        () => $"the download stands at {Bytes} bytes, {bytes} were expected");

    private async Task ReadAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            await _visitor.ReadPatternAsync(Bytes, BurstBytes, Limit);
            Interlocked.Add(ref _bytes, BurstBytes);
            if (!_fast)
            {
                await Task.Delay(Pause, _stop.Token);
            }
        }
    }
}
