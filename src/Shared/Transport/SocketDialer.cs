using System.Net;
using System.Net.Sockets;

namespace Tunnel.Shared.Transport;

/// <summary>Connects to a host and port, or to a unix socket.</summary>
public static class SocketDialer
{
    /// <summary>In front of a path, in place of a host, names a unix socket; the port is then ignored.</summary>
    public const string UnixPrefix = "unix:";

    /// <summary>A connected socket, which the caller owns.</summary>
    /// <param name="host">An IP literal (brackets allowed), a host name, or <c>unix:/path</c>, or <c>unix:@name</c> for an abstract name of Linux.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="DialException">It could not be connected.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static async Task<Socket> ConnectAsync(string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= SocketDialOptions.Default;
        var unix = host.StartsWith(UnixPrefix, StringComparison.OrdinalIgnoreCase);
        host = unix ? host : host.Trim('[', ']');
        var target = unix ? host : host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";
        using var timeout = new CancellationTokenSource(options.Timeout, options.TimeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            if (unix)
            {
                return await ConnectOneAsync(UnixEndPoint(host[UnixPrefix.Length..]), options, linked.Token);
            }

            if (port is < 1 or > IPEndPoint.MaxPort)
            {
                throw new DialException(DialFailure.Other, target, "the port must be between 1 and 65535");
            }

            var addresses = await ResolveAsync(host, target, options, linked.Token);
            return await ConnectStaggeredAsync(addresses, port, options, linked.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = $"no answer within {options.Timeout.TotalSeconds:0.##} s; is the address right, and does a firewall drop it?";
            throw new DialException(DialFailure.TimedOut, target, reason, exception);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException or NotSupportedException)
        {
            throw DialReason.ToException(target, unix, exception);
        }
    }

    internal static async Task<IPAddress[]> ResolveAsync(string host, string target, SocketDialOptions options, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await NameLookup.ResolveAsync(host, target, options, cancellationToken);
        if (options.LocalAddress is not { } local)
        {
            return addresses;
        }

        IPAddress[] reachable = [.. addresses.Where(address => address.AddressFamily == local.AddressFamily)];
        return reachable.Length > 0
            ? reachable
            : throw new DialException(
                DialFailure.Unreachable, target, $"it has no address of the family of {local}, which sendThrough says to dial from");
    }

    private static async Task<Socket> ConnectStaggeredAsync(IPAddress[] addresses, int port, SocketDialOptions options, CancellationToken cancellationToken)
    {
        if (addresses.Length == 1)
        {
            return await ConnectOneAsync(new IPEndPoint(addresses[0], port), options, cancellationToken);
        }

        using var losers = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Task<Socket>>(addresses.Length);
        Exception? failure = null;
        try
        {
            for (var next = 0; next < addresses.Length || attempts.Count > 0;)
            {
                if (next < addresses.Length)
                {
                    attempts.Add(ConnectOneAsync(new IPEndPoint(addresses[next++], port), options, losers.Token));
                }

                var won = await FirstOrDelayAsync(attempts, next < addresses.Length, options, cancellationToken);
                if (won is null)
                {
                    continue;
                }

                attempts.Remove(won);
                if (won.IsCompletedSuccessfully)
                {
                    return await won;
                }

                failure = Worse(failure, won.Exception?.InnerException);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            await losers.CancelAsync();
            foreach (var attempt in attempts)
            {
                _ = DiscardAsync(attempt);
            }
        }

        throw failure ?? new SocketException((int)SocketError.HostUnreachable);
    }

    /// <summary>The attempt that ended first; null where it is time to begin another one.</summary>
    private static async Task<Task<Socket>?> FirstOrDelayAsync(List<Task<Socket>> attempts, bool more, SocketDialOptions options, CancellationToken cancellationToken)
    {
        var first = Task.WhenAny(attempts);
        if (!more)
        {
            return await first;
        }

        try
        {
            return await first.WaitAsync(options.AttemptDelay, options.TimeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    /// <summary>Of two failures the one that tells more: "refused" means that the host is there, "no route" that one family is missing.</summary>
    private static Exception? Worse(Exception? one, Exception? other) =>
        one is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? one : other ?? one;

    private static async Task DiscardAsync(Task<Socket> attempt)
    {
        try
        {
            (await attempt).Dispose();
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException or NotSupportedException)
        {
            // Another address won.
        }
    }

    /// <summary>A leading '@' is how Linux's abstract names, which begin with a zero, are written.</summary>
    private static UnixDomainSocketEndPoint UnixEndPoint(string path) => new(path.StartsWith('@') ? '\0' + path[1..] : path);

    private static async Task<Socket> ConnectOneAsync(EndPoint endPoint, SocketDialOptions options, CancellationToken cancellationToken)
    {
        var protocol = endPoint is UnixDomainSocketEndPoint ? ProtocolType.Unspecified : ProtocolType.Tcp;
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, protocol);
        try
        {
            if (options.LocalAddress is { } local && endPoint is IPEndPoint)
            {
                socket.Bind(new IPEndPoint(local, 0));
            }

            await socket.ConnectAsync(endPoint, cancellationToken);
            SocketTuning.SetForVisitors(socket);
            if (options.LongLived)
            {
                SocketTuning.SetLongLived(socket);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
