using System.Net;
using System.Net.NetworkInformation;

namespace Tunnel.Shared.Transport;

/// <summary>This host's own addresses, and when they change: a laptop that moves, a line that was dialled again.</summary>
public static class LocalAddresses
{
    private static readonly Lock Gate = new();
    private static TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private static bool _subscribed;

    /// <summary>Completes at the next change; never where the platform does not tell.</summary>
    public static Task Changed
    {
        get
        {
            lock (Gate)
            {
                Subscribe();
                return _changed.Task;
            }
        }
    }

    /// <summary>Whether an address is one of this host's now; also true where nobody can tell.</summary>
    public static bool Contains(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(plain))
        {
            return true;
        }

        try
        {
            return NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(network => network.GetIPProperties().UnicastAddresses)
                .Any(own => own.Address.GetAddressBytes().AsSpan().SequenceEqual(plain.GetAddressBytes()));
        }
        catch (Exception exception) when (exception is NetworkInformationException or PlatformNotSupportedException)
        {
            return true;
        }
    }

    private static void Subscribe()
    {
        if (_subscribed)
        {
            return;
        }

        _subscribed = true;
        try
        {
            NetworkChange.NetworkAddressChanged += (_, _) => Announce();
        }
        catch (Exception exception) when (exception is NetworkInformationException or PlatformNotSupportedException)
        {
            // Dead connections are found by their silence then.
        }
    }

    private static void Announce()
    {
        TaskCompletionSource changed;
        lock (Gate)
        {
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }
}
