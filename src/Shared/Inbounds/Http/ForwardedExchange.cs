using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Shared.Transport;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Shared.Inbounds.Http;

/// <summary>
/// One plain request and its answer, as an outbound sees them: it reads the rewritten head and the body, and nothing of what
/// the client may send behind it; what it writes goes to the client.
/// </summary>
internal sealed class ForwardedExchange : IDuplexPipe
{
    private readonly IConnection _client;
    private readonly ProxyRequest _request;
    private readonly Pipe _toServer;

    public ForwardedExchange(IConnection client, ProxyRequest request, MemoryPool<byte> pool)
    {
        _client = client;
        _request = request;
        _toServer = new Pipe(new PipeOptions(pool, useSynchronizationContext: false));
        Answer = new AnswerWriter(client.Output);
    }

    public PipeReader Input => _toServer.Reader;

    public PipeWriter Output => Answer;

    /// <summary>What became of the answer.</summary>
    public AnswerWriter Answer { get; }

    /// <summary>Feeds the request until the answer has ended. Never fails for what a peer does.</summary>
    public async Task FeedAsync(CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ending = EndWithAnswerAsync(over);
        Exception? failure = null;
        try
        {
            await _toServer.Writer.WriteAsync(_request.Head, over.Token);
            if (!_request.IsUpgrade)
            {
                await FeedBodyAsync(over.Token);
            }
            else if (await Answer.Switched.WaitAsync(over.Token))
            {
                await _client.Input.CopyToAsync(_toServer.Writer, over.Token);
            }

            await WaitForClientAsync(over.Token);
        }
        catch (OperationCanceledException)
        {
            // The answer has ended, or everything ends.
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            failure = exception;
        }

        await _toServer.Writer.CompleteAsync(failure);
        await ending;
    }

    private async Task EndWithAnswerAsync(CancellationTokenSource over)
    {
        await Answer.Ended;
        await over.CancelAsync();
    }

    private async Task FeedBodyAsync(CancellationToken cancellationToken)
    {
        var scanner = new HttpBodyScanner(_request.Body);
        while (!scanner.IsDone)
        {
            var read = await _client.Input.ReadAsync(cancellationToken);
            var taken = 0L;
            foreach (var segment in read.Buffer)
            {
                var count = scanner.Scan(segment.Span);
                if (count < 0)
                {
                    _client.Input.AdvanceTo(read.Buffer.Start);
                    throw new IOException("The body of the request is no sequence of chunks.");
                }

                _toServer.Writer.Write(segment.Span[..count]);
                taken += count;
                if (scanner.IsDone)
                {
                    break;
                }
            }

            _client.Input.AdvanceTo(read.Buffer.GetPosition(taken));
            var flush = await _toServer.Writer.FlushAsync(cancellationToken);
            if (flush.IsCompleted)
            {
                return;
            }

            if (read.IsCompleted && !scanner.IsDone)
            {
                throw new IOException("The client ended within the body of its request.");
            }
        }
    }

    /// <summary>
    /// A client that ends its side still waits for the answer; one that is gone does not. What it sends behind its request is
    /// never read: the connection ends with the answer.
    /// </summary>
    private async Task WaitForClientAsync(CancellationToken cancellationToken)
    {
        var read = await _client.Input.ReadAsync(cancellationToken);
        _client.Input.AdvanceTo(read.Buffer.Start);
        if (!read.IsCompleted)
        {
            await Answer.Ended.WaitAsync(cancellationToken);
        }
    }
}
