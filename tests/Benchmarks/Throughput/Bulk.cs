using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Mux.Native;

namespace Tunnel.Benchmarks.Throughput;

/// <summary>Two sessions on one connection, and streams that carry as much as they can or one byte to and fro.</summary>
internal sealed class Bulk : IAsyncDisposable
{
    private const int FrameBytes = 16 * 1024;

    // Filling 64 windows takes a few milliseconds.
    private static readonly TimeSpan FillTime = TimeSpan.FromMilliseconds(300);

    private static readonly StreamMetadata Metadata = new(new Destination(Network.Tcp, "example.com", 80));

    private readonly MuxSession _dialler;
    private readonly MuxSession _acceptor;
    private readonly byte[] _block = new byte[FrameBytes];

    private Bulk(IDuplexPipe left, IDuplexPipe right, MuxOptions options)
    {
        _dialler = MuxSession.Start(left, isDialler: true, options);
        _acceptor = MuxSession.Start(right, isDialler: false, options);
    }

    public static async Task<Bulk> StartAsync(string kind, MuxOptions? options = null)
    {
        var (left, right) = await Connection.CreateAsync(kind);
        return new Bulk(left, right, options ?? MuxOptions.Default);
    }

    public async Task<(IMuxStream Opened, IMuxStream Accepted)> OpenAsync() => (_acceptor.TryOpen(Metadata)!, (await _dialler.AcceptAsync())!);

    public async Task<List<(IMuxStream Opened, IMuxStream Accepted)>> OpenAsync(int count)
    {
        var streams = new List<(IMuxStream Opened, IMuxStream Accepted)>();
        for (var i = 0; i < count; i++)
        {
            streams.Add(await OpenAsync());
        }

        return streams;
    }

    /// <summary>Moves so many bytes over each stream, which stays open.</summary>
    public Task MoveAsync(List<(IMuxStream Opened, IMuxStream Accepted)> streams, long bytesEach) =>
        Task.WhenAll(streams.SelectMany(stream => new[]
        {
            Task.Run(() => WriteAsync(stream.Opened.Output, bytesEach)),
            Task.Run(() => ReadAsync(stream.Accepted.Input, bytesEach)),
        }));

    /// <summary>
    /// Lets all that streams can hold collect before it is read: pools have then been as large as they can ever get, and what
    /// is allocated afterwards is allocated for frames.
    /// </summary>
    public async Task FillAsync(List<(IMuxStream Opened, IMuxStream Accepted)> streams, long bytesEach)
    {
        var writing = streams.Select(stream => Task.Run(() => WriteAsync(stream.Opened.Output, bytesEach))).ToList();
        await Task.Delay(FillTime);
        await Task.WhenAll([.. writing, .. streams.Select(stream => Task.Run(() => ReadAsync(stream.Accepted.Input, bytesEach)))]);
    }

    /// <summary>The times of so many echoes of one byte, in microseconds, sorted.</summary>
    public async Task<double[]> EchoAsync(int count)
    {
        var (opened, accepted) = await OpenAsync();
        var echoing = accepted.Input.CopyToAsync(accepted.Output);
        var times = new double[count];
        for (var i = -100; i < count; i++)
        {
            var start = TimeProvider.System.GetTimestamp();
            await opened.Output.WriteAsync(_block.AsMemory(0, 1));
            await ReadAsync(opened.Input, 1);
            times[Math.Max(i, 0)] = TimeProvider.System.GetElapsedTime(start).TotalMicroseconds;
        }

        await opened.Output.CompleteAsync();
        await echoing;
        await accepted.Output.CompleteAsync();
        await accepted.Input.CompleteAsync();
        await opened.Input.CompleteAsync();
        Array.Sort(times);
        return times;
    }

    public async ValueTask DisposeAsync()
    {
        await _dialler.DisposeAsync();
        await _acceptor.DisposeAsync();
    }

    public static async Task CompleteAsync(List<(IMuxStream Opened, IMuxStream Accepted)> streams)
    {
        foreach (var (opened, accepted) in streams)
        {
            await opened.Output.CompleteAsync();
            await accepted.Output.CompleteAsync();
            await opened.Input.CompleteAsync();
            await accepted.Input.CompleteAsync();
        }
    }

    private async Task WriteAsync(PipeWriter writer, long bytes)
    {
        for (; bytes > 0; bytes -= FrameBytes)
        {
            await writer.WriteAsync(_block);
        }
    }

    private static async Task ReadAsync(PipeReader reader, long bytes)
    {
        while (bytes > 0)
        {
            var result = await reader.ReadAsync();
            bytes -= result.Buffer.Length;
            reader.AdvanceTo(result.Buffer.End);
        }
    }
}
