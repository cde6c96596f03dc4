using System.Buffers;
using System.IO.Pipelines;

namespace Tunnel.Shared.Outbounds.Proxies;

/// <summary>Reads one answer of a proxy off a pipe, and not a byte behind it.</summary>
internal static class AnswerReader
{
    /// <summary>Takes an answer off the start of a buffer.</summary>
    /// <param name="buffer">What has arrived; moved behind the answer where there is a whole one.</param>
    /// <param name="answer">The answer.</param>
    /// <returns>Whether there is a whole one; otherwise more is needed.</returns>
    /// <exception cref="ProxyException">This can never become an answer.</exception>
    public delegate bool Parser<T>(ref ReadOnlySequence<byte> buffer, out T answer);

    /// <summary>The next answer. The parser bounds what is kept: it must fail on a beginning that is too long.</summary>
    /// <exception cref="ProxyException">The peer does not answer as a proxy does, or ends.</exception>
    /// <exception cref="IOException">The transport failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static async ValueTask<T> ReadAsync<T>(PipeReader input, Parser<T> parse, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            bool whole;
            T answer;
            try
            {
                whole = parse(ref buffer, out answer);
            }
            catch (ProxyException)
            {
                input.AdvanceTo(result.Buffer.End);
                throw;
            }

            if (whole)
            {
                input.AdvanceTo(buffer.Start);
                return answer;
            }

            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
            {
                throw new ProxyException("closed the connection before it answered");
            }
        }
    }
}
