using System.Net;
using System.Net.Sockets;
using System.Text;
using Tunnel.Testing.Net;

namespace Tunnel.WebFront.Tests.Conformance.Wire;

/// <summary>A visitor who sends exactly the bytes of a case.</summary>
internal static class RawVisitor
{
    // A guard against a front that says nothing, far beyond what a busy machine needs; the slowest case lets a target be silent for a second.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    // Within it an answer to a smuggled request would come: the front and the target have all that they need.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private static readonly IPAddress TrustedAddress = IPAddress.Loopback;
    private static readonly IPAddress StrangeAddress = IPAddress.Parse("127.0.0.2");

    public static async Task<Exchange> AskAsync(IPEndPoint front, ConformanceCase asked, Func<string, string> fill)
    {
        using var visitor = await Visitor.ConnectAsync(front, from: asked.Stranger ? StrangeAddress : TrustedAddress);
        var port = ((IPEndPoint)visitor.Socket.LocalEndPoint!).Port;
        visitor.Socket.NoDelay = true;
        using var timeout = new CancellationTokenSource(Limit);
        var reader = new MessageReader(visitor.Socket);
        var answers = new List<Message>();
        byte[]? tunnelled = null;
        var later = asked.Later;
        var kept = false;

        // Beside the reading: a front may answer and close before it has taken everything.
        var sending = SendAsync(visitor.Socket, fill(asked.Request), timeout.Token);
        try
        {
            var toHead = asked.Request.StartsWith("HEAD ", StringComparison.Ordinal);
            for (var final = 0; final < asked.Answers;)
            {
                if (await reader.ReadAnswerAsync(toHead, timeout.Token) is not { } answer)
                {
                    return new Exchange(answers, tunnelled, [], "closed", port);
                }

                answers.Add(answer);
                final += answer.Status is >= 200 or 101 or 0 ? 1 : 0;
                if (answer.Status is 100 or 101 && later is not null)
                {
                    await SendAsync(visitor.Socket, later, timeout.Token);
                    tunnelled = answer.Status == 101 ? await reader.ReadUpToAsync(later.Length, timeout.Token) : null;
                    later = null;
                }
            }

            if (!Keeps(answers[^1], toHead))
            {
                if (later is not null)
                {
                    // Nobody wants it, so it does not come: a front that waits for it before it closes need not.
                    visitor.Socket.Shutdown(SocketShutdown.Send);
                }

                return new Exchange(answers, tunnelled, await reader.ReadToEndAsync(timeout.Token), "closed", port);
            }

            // One that should have closed, and does not: it may be about to answer what nobody asked.
            kept = true;
            timeout.CancelAfter(Quiet);
            return new Exchange(answers, tunnelled, asked.MustClose ? await reader.ReadSomeAsync(timeout.Token) : [], "kept", port);
        }
        catch (OperationCanceledException)
        {
            return new Exchange(answers, tunnelled, [], kept ? "kept" : "silent", port);
        }
        finally
        {
            visitor.Socket.Dispose();
            await sending;
        }
    }

    private static bool Keeps(Message answer, bool toHead) => answer.StartLine.StartsWith("HTTP/1.1", StringComparison.Ordinal)
        ? answer.Complete && !answer.Says("Connection", "close") && (toHead || IsFramed(answer))
        : answer.Says("Connection", "keep-alive");

    private static bool IsFramed(Message answer) =>
        answer.Status is < 200 or 204 or 304 || answer.Header("Content-Length") is not null || answer.Header("Transfer-Encoding") is not null;

    private static async Task SendAsync(Socket socket, string text, CancellationToken cancellation)
    {
        ReadOnlyMemory<byte> bytes = Encoding.Latin1.GetBytes(text);
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await socket.SendAsync(bytes, cancellation)..];
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The front would not hear more, and says why.
        }
    }
}
