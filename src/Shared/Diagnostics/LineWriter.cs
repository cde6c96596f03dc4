using System.Threading.Channels;

namespace Tunnel.Shared.Diagnostics;

/// <summary>Writes lines in the background, so that a slow disk or terminal never holds a connection back.</summary>
internal sealed class LineWriter : IAsyncDisposable
{
    /// <summary>Lines that may wait; more are dropped, and how many is written when there is room again.</summary>
    private const int Capacity = 16 * 1024;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(
        new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly TextWriter _writer;
    private readonly bool _ownsWriter;
    private readonly Task _writing;
    private long _dropped;

    /// <param name="writer">Where the lines go.</param>
    /// <param name="ownsWriter">Whether to dispose it in the end.</param>
    internal LineWriter(TextWriter writer, bool ownsWriter)
    {
        _writer = writer;
        _ownsWriter = ownsWriter;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Writes to standard error, which stays open.</summary>
    public static LineWriter StandardError() => new(Console.Error, ownsWriter: false);

    /// <summary>Appends to a file, which is created where it does not exist.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be opened.</exception>
    public static LineWriter File(string path) => new(
        new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)), ownsWriter: true);

    public void Write(string line)
    {
        if (!_lines.Writer.TryWrite(line))
        {
            Interlocked.Increment(ref _dropped);
        }
    }

    /// <summary>Writes what waits, and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
        if (_ownsWriter)
        {
            await _writer.DisposeAsync();
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await _lines.Reader.WaitToReadAsync())
            {
                while (_lines.Reader.TryRead(out var line))
                {
                    await _writer.WriteLineAsync(line);
                }

                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                {
                    await _writer.WriteLineAsync($"({dropped} log lines were dropped here: they came faster than they could be written)");
                }

                await _writer.FlushAsync();
            }
        }
        catch (IOException)
        {
            // A full disk or a closed terminal must not stop the tunnel; there is nowhere to say it either.
            _lines.Writer.TryComplete();
        }
    }
}
