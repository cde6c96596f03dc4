using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Logs;

/// <summary>
/// A file that lines are appended to without anybody waiting for the disk: they wait in a queue for the loop that writes. What does
/// not fit is dropped and counted. A file that was moved away, as rotation does, is opened anew.
/// </summary>
internal sealed class LineFile : IAsyncDisposable
{
    /// <summary>A second of a busy front; some megabytes.</summary>
    private const int MaxWaiting = 16_384;

    /// <summary>How much is written at once.</summary>
    private const int BatchBytes = 64 * 1024;

    private readonly string _path;
    private readonly ILogger _logger;
    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Task _writing;
    private long _dropped;

    // The loop's own.
    private Stream _file;

    /// <param name="path">A file, or <see cref="WebAccessLog.StandardOutput"/>.</param>
    /// <param name="logger">Told what cannot be written.</param>
    /// <exception cref="InboundStartException">It cannot be opened.</exception>
    public LineFile(string path, ILogger logger)
    {
        _path = path;
        _logger = logger;
        try
        {
            _file = Open();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InboundStartException($"The access log '{path}' cannot be written: {exception.Message}", exception);
        }

        _writing = Task.Run(WriteLoopAsync);
    }

    /// <summary>Takes a line with its end; returns at once.</summary>
    public void Add(byte[] line)
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
        await _file.DisposeAsync();
    }

    private Stream Open() => _path == WebAccessLog.StandardOutput
        ? Console.OpenStandardOutput()
        : new FileStream(_path, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 });

    private async Task WriteLoopAsync()
    {
        var batch = new MemoryStream();
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (batch.Length < BatchBytes && _lines.Reader.TryRead(out var line))
            {
                batch.Write(line);
            }

            try
            {
                await ReopenIfMovedAsync();
                await _file.WriteAsync(batch.GetBuffer().AsMemory(0, (int)batch.Length));
                await _file.FlushAsync();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
            {
                AccessLogMessages.NotWritten(_logger, _path, exception.Message);
            }

            batch.SetLength(0);
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            {
                AccessLogMessages.Dropped(_logger, dropped, _path);
            }
        }
    }

    /// <summary>What stands under the name is another file where it has another length than the one that is open.</summary>
    private async ValueTask ReopenIfMovedAsync()
    {
        if (_file is not FileStream file)
        {
            return;
        }

        var named = new FileInfo(_path);
        if (!named.Exists || named.Length != RandomAccess.GetLength(file.SafeFileHandle))
        {
            var next = Open();
            await _file.DisposeAsync();
            _file = next;
        }
    }
}
