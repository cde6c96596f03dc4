using System.Buffers;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.Proxies;
using Tunnel.Shared.Reloading;
using Tunnel.Shared.Transport;
using Tunnel.Shared.Transport.Http;

namespace Tunnel.Shared.Inbounds.Http;

/// <summary>Protocol <c>http</c> as an inbound: a proxy for CONNECT and for plain requests, each of which gets a connection of its own.</summary>
/// <remarks>CONNECT is granted before the target is reached, as in V2Ray: a mux does not say when it was.</remarks>
internal sealed class HttpInbound : IInbound, IReconfigurable
{
    /// <summary>Browsers send some kilobytes, with large cookies a few dozen.</summary>
    private const int MaxHead = 64 * 1024;

    private readonly IDispatcher _dispatcher;
    private readonly RuntimeContext _context;
    private readonly ILogger _logger;
    private readonly ProxyServer _server;

    // Replaced together, by one reload at a time; of all these only the accounts differ then.
    private volatile InboundConfig _config;
    private volatile HttpInboundSettings _settings;
    private volatile ProxyAccounts _accounts;

    public HttpInbound(InboundConfig config, HttpInboundSettings settings, IDispatcher dispatcher, RuntimeContext context)
    {
        _config = config;
        _settings = settings;
        _dispatcher = dispatcher;
        _context = context;
        _logger = context.Loggers.CreateLogger<HttpInbound>();
        _accounts = new ProxyAccounts(settings.Accounts);
        _server = new ProxyServer(config, dispatcher, context, ServeAsync);
    }

    public string Tag => _config.Tag;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _server.Start();
        return Task.CompletedTask;
    }

    public bool TryReconfigure(InboundConfig config, bool filesChanged)
    {
        if (filesChanged
            || config.Settings is not HttpInboundSettings settings
            || !ValueEquality.AreEqual(_config, config with { Settings = settings with { Accounts = _settings.Accounts } }))
        {
            return false;
        }

        _accounts = new ProxyAccounts(settings.Accounts);
        _settings = settings;
        _config = config;
        return true;
    }

    public Task CloseAsync() => _server.CloseAsync();

    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task ServeAsync(IConnection connection, Action<ProxyGreeting> greeted, CancellationToken stopping, CancellationToken aborted)
    {
        ProxyRequest? request;
        string? user;
        using (var deadline = new Deadline(_context.Policy.Of(_settings.UserLevel).Handshake ?? PolicyDefaults.Handshake, _context.Time, stopping))
        {
            (request, user) = await ReadRequestAsync(connection, greeted, deadline.Token);
        }

        if (request is null)
        {
            return;
        }

        greeted(ProxyGreeting.Accepted);
        var info = new ConnectionInfo
        {
            InboundTag = Tag,
            Destination = request.Destination,
            Source = connection.RemoteEndPoint as IPEndPoint,
            User = user,
            Protocol = request.Attributes is null ? null : "http/1.1",
            Attributes = request.Attributes,
            Level = _settings.UserLevel,
            IdleTimeout = _settings.UserLevel == 0 ? _settings.Timeout : null,
        };
        if (request.Head.IsEmpty)
        {
            await connection.Output.WriteAsync(ProxyAnswer.Established, aborted);
            await _dispatcher.DispatchAsync(info, connection, aborted);
        }
        else
        {
            await ForwardAsync(connection, request, info, aborted);
        }
    }

    private async Task ForwardAsync(IConnection connection, ProxyRequest request, ConnectionInfo info, CancellationToken aborted)
    {
        var exchange = new ForwardedExchange(connection, request, _context.Pool);
        var feeding = exchange.FeedAsync(aborted);
        await _dispatcher.DispatchAsync(info, exchange, aborted);
        await feeding;
        if (!exchange.Answer.HasBegun)
        {
            var answer = exchange.Answer.Failure is null || IsOfTarget(exchange.Answer.Failure) ? ProxyAnswer.BadGateway : ProxyAnswer.Unavailable;
            await connection.Output.WriteAsync(answer, aborted);
        }
    }

    /// <summary>A request of somebody who may make it; null after an answer that says why not.</summary>
    private async Task<(ProxyRequest? Request, string? User)> ReadRequestAsync(IConnection connection, Action<ProxyGreeting> greeted, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (head, status) = await ReadHeadAsync(connection, cancellationToken);
            if (head is null)
            {
                if (status != HttpHeadStatus.Ended)
                {
                    await RefuseAsync(connection, "it does not speak HTTP", status == HttpHeadStatus.TooLong ? ProxyAnswer.HeadTooLong : ProxyAnswer.BadRequest("this is no HTTP request"), cancellationToken);
                }

                return default;
            }

            var (request, fault) = ProxyRequest.Of(head, _settings.AllowTransparent);
            var accounts = _accounts;
            var given = accounts.IsOpen ? null : ProxyCredentials.Of(head);
            if (accounts.IsOpen || (given is { } account && accounts.Accepts(account.User, account.Password)))
            {
                if (request is null)
                {
                    await RefuseAsync(connection, fault!, ProxyAnswer.BadRequest(fault!), cancellationToken);
                }

                return (request, given?.User);
            }

            // What came without a password and has no body can be sent again on the same connection, with a password.
            var isWrong = given is not null;
            var isLast = isWrong || request is not { Body: { Chunked: false, Length: 0 } };
            if (isWrong)
            {
                greeted(ProxyGreeting.WrongPassword);
                ProxyInboundLog.Refused(_logger, EndPointText.Of(connection.RemoteEndPoint), Tag, "the user or the password is wrong");
            }

            await connection.Output.WriteAsync(ProxyAnswer.PasswordWanted(isLast), cancellationToken);
            if (isLast)
            {
                return default;
            }
        }
    }

    private async Task RefuseAsync(IConnection connection, string reason, ReadOnlyMemory<byte> answer, CancellationToken cancellationToken)
    {
        ProxyInboundLog.Refused(_logger, EndPointText.Of(connection.RemoteEndPoint), Tag, reason);
        await connection.Output.WriteAsync(answer, cancellationToken);
    }

    private static async Task<(HttpHead? Head, HttpHeadStatus Status)> ReadHeadAsync(IConnection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await connection.Input.ReadAsync(cancellationToken);
            var buffer = read.Buffer;
            if (TryFindEnd(buffer, out var bytes, out var rest))
            {
                var isGood = HttpHead.TryParse(bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray(), out var head, allowsOtherText: true);
                connection.Input.AdvanceTo(rest);
                return (head, isGood ? HttpHeadStatus.Read : HttpHeadStatus.Malformed);
            }

            // Whoever speaks another protocol, TLS above all, need not be waited for.
            var failure = buffer.Length >= MaxHead ? HttpHeadStatus.TooLong
                : !buffer.IsEmpty && !char.IsAsciiLetterUpper((char)buffer.FirstSpan[0]) ? HttpHeadStatus.Malformed
                : read.IsCompleted ? HttpHeadStatus.Ended
                : HttpHeadStatus.Read;
            connection.Input.AdvanceTo(buffer.Start, buffer.End);
            if (failure != HttpHeadStatus.Read)
            {
                return (null, failure);
            }
        }
    }

    private static bool TryFindEnd(in ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> head, out SequencePosition rest)
    {
        var reader = new SequenceReader<byte>(buffer);
        var found = reader.TryReadTo(out head, "\r\n\r\n"u8) && head.Length <= MaxHead;
        rest = reader.Position;
        return found;
    }

    private static bool IsOfTarget(Exception failure) => failure is MuxStreamException || (failure.InnerException is { } inner && IsOfTarget(inner));
}
