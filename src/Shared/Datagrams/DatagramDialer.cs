using System.Net;
using System.Net.Sockets;
using Tunnel.Mux;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Datagrams;

/// <summary>Makes UDP sockets that are connected to a host and port.</summary>
internal static class DatagramDialer
{
    /// <summary>
    /// A connected socket, which the caller owns. Nothing is sent, so whether somebody is there is not known; of a name with
    /// addresses of both kinds the IPv4 ones come first, because what listens on <c>localhost</c> or at home is more often there.
    /// </summary>
    /// <param name="host">An IP literal (brackets allowed) or a name.</param>
    /// <param name="port">1 to 65535.</param>
    /// <param name="options">How a name is resolved, and for how long; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <exception cref="DialException">The name does not resolve, or there is no route to any of its addresses.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public static async Task<Socket> ConnectAsync(
        string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= SocketDialOptions.Default;
        host = host.Trim('[', ']');
        if (port is < 1 or > IPEndPoint.MaxPort)
        {
            throw new DialException(DialFailure.Other, $"udp:{host}:{port}", "the port must be between 1 and 65535");
        }

        var target = new Destination(Network.Udp, host, port).ToString();
        using var deadline = new Deadline(options.Timeout, options.TimeProvider, cancellationToken);
        try
        {
            Exception? failure = null;
            foreach (var address in (await SocketDialer.ResolveAsync(host, target, options, deadline.Token)).OrderBy(IsNotIPv4))
            {
                var socket = DatagramSocket.Create(address.AddressFamily);
                try
                {
                    if (options.LocalAddress is { } local)
                    {
                        socket.Bind(new IPEndPoint(local, 0));
                    }

                    await socket.ConnectAsync(new IPEndPoint(address, port), deadline.Token);
                    return socket;
                }
                catch (Exception exception) when (exception is SocketException or NotSupportedException)
                {
                    socket.Dispose();
                    failure ??= exception;
                }
            }

            throw failure ?? new SocketException((int)SocketError.HostNotFound);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DialException(DialFailure.TimedOut, target, $"the name did not resolve within {options.Timeout.TotalSeconds:0.##} s", exception);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException or NotSupportedException)
        {
            throw DialReason.ToException(target, unix: false, exception);
        }
    }

    private static bool IsNotIPv4(IPAddress address) => address.AddressFamily != AddressFamily.InterNetwork;
}
