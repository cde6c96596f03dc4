using System.Net;

namespace Tunnel.Shared.Transport;

/// <summary>Dials from this machine.</summary>
/// <param name="sendThrough">The address of this machine to dial from; null leaves it to the system.</param>
public sealed class SystemDialer(IPAddress? sendThrough = null) : IDialer
{
    /// <summary>From whatever address the system chooses.</summary>
    public static SystemDialer Instance { get; } = new();

    public async Task<Carrier> DialAsync(
        string host, int port, SocketDialOptions? options = null, CancellationToken cancellationToken = default)
    {
        return new SocketCarrier(await SocketDialer.ConnectAsync(host, port, Complete(options ?? SocketDialOptions.Default), cancellationToken));
    }

    /// <summary>Options with the address to dial from.</summary>
    internal SocketDialOptions Complete(SocketDialOptions options) => sendThrough is null ? options : options with { LocalAddress = sendThrough };
}
