using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Tunnel.Testing.Net;

namespace Tunnel.EndToEnd.Restarts;

/// <summary>
/// Requests at a steady rate, whatever becomes of those before. Each has a connection of its own: on one that is kept, a client
/// has to send a request again by itself when the connection ends between two of them (RFC 9112, section 9.3.1).
/// </summary>
internal sealed class RequestLoad : IAsyncDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly EndPoint _endPoint;
    private readonly string _text;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentQueue<string> _torn = new();
    private readonly Task _sending;
    private int _served;

    /// <param name="endPoint">Where visitors connect.</param>
    /// <param name="text">What the server answers.</param>
    /// <param name="rate">Requests a second.</param>
    public RequestLoad(EndPoint endPoint, string text, int rate)
    {
        _endPoint = endPoint;
        _text = text;
        _sending = Task.Run(() => SendAsync(rate));
    }

    /// <summary>Requests that were answered.</summary>
    public int Served => Volatile.Read(ref _served);

    /// <summary>Why others were not.</summary>
    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>
    /// Connections that did not end in good order behind an answer that was whole. The answer says how long it is, so nothing is
    /// lost (RFC 9112, section 6.3); but only who is killed may leave such.
    /// </summary>
    public IReadOnlyCollection<string> Torn => _torn;

    /// <summary>Sends no more, and waits for all that were sent.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _sending;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task SendAsync(int rate)
    {
        var requests = new List<Task>();
        var start = Stopwatch.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            // A machine that is behind makes up for it: the number of requests is what counts.
            for (var due = Stopwatch.GetElapsedTime(start).TotalSeconds * rate; requests.Count < due;)
            {
                requests.Add(AskAsync());
            }

            await Task.Delay(Tick);
        }

        await Task.WhenAll(requests);
    }

    private async Task AskAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        using var timeout = new CancellationTokenSource(Limit);
        var buffer = new byte[1024];
        var length = 0;
        var end = string.Empty;
        try
        {
            using var visitor = await Visitor.ConnectAsync(_endPoint);
            await visitor.SendAsync("GET / HTTP/1.1\r\nHost: home\r\nConnection: close\r\n\r\n"u8.ToArray(), Limit);
            while (await visitor.Socket.ReceiveAsync(buffer.AsMemory(length), timeout.Token) is > 0 and var read)
            {
                length += read;
            }
        }
        catch (Exception exception) when (exception is System.Net.Sockets.SocketException or OperationCanceledException)
        {
            end = exception.Message;
        }

        var answer = Encoding.ASCII.GetString(buffer, 0, length);
        var isWhole = answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) && answer.EndsWith("\r\n\r\n" + _text, StringComparison.Ordinal);
        if (isWhole)
        {
            Interlocked.Increment(ref _served);
        }

        if (!isWhole || end.Length > 0)
        {
            (isWhole ? _torn : _failures).Enqueue($"after {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.00} s: {end} behind '{answer}'");
        }
    }
}
