using System.Buffers;
using Tunnel.Shared.Inbounds.Proxies;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Inbounds.Socks;

/// <summary>The conversation with a SOCKS client up to its request.</summary>
internal sealed class SocksGreeting(IConnection connection, ProxyAccounts accounts)
{
    private delegate OperationStatus Read<T>(ReadOnlySpan<byte> bytes, out T message, out int consumed);

    /// <summary>What it came to.</summary>
    public ProxyGreeting Outcome { get; private set; } = ProxyGreeting.Refused;

    /// <summary>Why there is no request.</summary>
    public string Reason { get; private set; } = "it went away";

    /// <summary>The request, its version and the user; a null request where there is none, and the client has been told if it can be.</summary>
    /// <exception cref="IOException">The connection failed.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public async Task<(SocksRequest? Request, byte Version, string? User)> ReadAsync(CancellationToken cancellationToken)
    {
        switch (await PeekAsync(cancellationToken))
        {
            case SocksCodec.Version5:
                return await ReadVersion5Async(cancellationToken);
            case SocksCodec.Version4:
                return (await ReadVersion4Async(cancellationToken), SocksCodec.Version4, null);
            case null:
                return default;
            default:
                Reason = "it does not speak SOCKS";
                return default;
        }
    }

    private async Task<SocksRequest?> ReadVersion4Async(CancellationToken cancellationToken)
    {
        var (status, request) = await ReadMessageAsync<SocksRequest?>(SocksCodec.ReadRequest4, cancellationToken);
        if (status != OperationStatus.Done)
        {
            Reason = status == OperationStatus.InvalidData ? "its request is malformed" : Reason;
            return null;
        }

        if (accounts.IsOpen)
        {
            Outcome = ProxyGreeting.Accepted;
            return request;
        }

        // A user id proves nothing.
        Reason = "a password is required, and SOCKS4 has none; use SOCKS5";
        await connection.Output.WriteAsync(SocksCodec.Reply4(granted: false), cancellationToken);
        return null;
    }

    private async Task<(SocksRequest? Request, byte Version, string? User)> ReadVersion5Async(CancellationToken cancellationToken)
    {
        var (status, offers) = await ReadMessageAsync<(bool None, bool Password)>(SocksCodec.ReadGreeting, cancellationToken);
        if (status != OperationStatus.Done)
        {
            return default;
        }

        if (accounts.IsOpen ? !offers.None : !offers.Password)
        {
            Reason = accounts.IsOpen ? "it offers no way without a password" : "a password is required, and it offers none";
            await connection.Output.WriteAsync(new[] { SocksCodec.Version5, SocksCodec.NoneAcceptable }, cancellationToken);
            return default;
        }

        await connection.Output.WriteAsync(
            new[] { SocksCodec.Version5, accounts.IsOpen ? SocksCodec.NoAuthentication : SocksCodec.UserAndPassword }, cancellationToken);
        string? user = null;
        if (!accounts.IsOpen)
        {
            user = await ReadUserAsync(cancellationToken);
            if (user is null)
            {
                return default;
            }
        }

        var (requestStatus, request) = await ReadMessageAsync<SocksRequest?>(SocksCodec.ReadRequest5, cancellationToken);
        if (requestStatus == OperationStatus.Done)
        {
            Outcome = ProxyGreeting.Accepted;
            return (request, SocksCodec.Version5, user);
        }

        if (requestStatus == OperationStatus.InvalidData)
        {
            Reason = "its request is malformed";
            await connection.Output.WriteAsync(SocksCodec.Reply5(SocksReply.AddressTypeNotSupported), cancellationToken);
        }

        return default;
    }

    private async Task<string?> ReadUserAsync(CancellationToken cancellationToken)
    {
        var (status, given) = await ReadMessageAsync<(string User, string Password)>(SocksCodec.ReadPassword, cancellationToken);
        if (status != OperationStatus.Done)
        {
            return null;
        }

        var isRight = accounts.Accepts(given.User, given.Password);
        await connection.Output.WriteAsync(SocksCodec.PasswordReply(isRight), cancellationToken);
        if (isRight)
        {
            return given.User;
        }

        Outcome = ProxyGreeting.WrongPassword;
        Reason = "the user or the password is wrong";
        return null;
    }

    private async Task<byte?> PeekAsync(CancellationToken cancellationToken)
    {
        var read = await connection.Input.ReadAsync(cancellationToken);
        byte? first = read.Buffer.IsEmpty ? null : read.Buffer.FirstSpan[0];
        connection.Input.AdvanceTo(read.Buffer.Start);
        return first;
    }

    /// <summary>One message, and nothing behind it; <see cref="OperationStatus.NeedMoreData"/> where the client ended first.</summary>
    private async Task<(OperationStatus Status, T Message)> ReadMessageAsync<T>(Read<T> parse, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await connection.Input.ReadAsync(cancellationToken);
            var head = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, SocksCodec.MaxMessage));
            var status = parse(head.IsSingleSegment ? head.FirstSpan : head.ToArray(), out var message, out var consumed);
            if (status == OperationStatus.NeedMoreData && !read.IsCompleted && head.Length < SocksCodec.MaxMessage)
            {
                connection.Input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                continue;
            }

            connection.Input.AdvanceTo(read.Buffer.GetPosition(consumed));
            return (status, message);
        }
    }
}
