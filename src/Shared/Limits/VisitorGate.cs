using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Limits;

/// <summary>Counts the visitors of one inbound: holds the listener back while there are too many, and closes what one address has too many of.</summary>
/// <param name="tag">The inbound's, for log lines.</param>
/// <param name="most">How many at once; null for no limit.</param>
/// <param name="mostPerAddress">How many with one address.</param>
/// <param name="log">Told once in a while what was closed or held back.</param>
/// <param name="time">Clock.</param>
internal sealed class VisitorGate(string tag, int? most, int mostPerAddress, ILogger log, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Occasion _full = new(time);
    private readonly Occasion _closed = new(time);

    // Guarded by _gate.
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private int _count;
    private TaskCompletionSource? _room;

    /// <summary>Visitors now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    /// <summary>Completes when one more visitor may be accepted.</summary>
    public Task WhenRoomAsync(CancellationToken cancellationToken)
    {
        Task room;
        lock (_gate)
        {
            if (most is null || _count < most)
            {
                return Task.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            room = _room.Task;
        }

        if (_full.IsNow())
        {
            LimitsLog.InboundFull(log, tag, most.Value);
        }

        return room.WaitAsync(cancellationToken);
    }

    /// <summary>Serves a visitor and counts it until that has ended; closes it where its address has too many.</summary>
    public async Task RunAsync(AcceptedSocket socket, Func<Task> serve)
    {
        var address = AddressKey.Of((socket.RemoteEndPoint as IPEndPoint)?.Address);
        if (!TryEnter(address))
        {
            if (_closed.IsNow())
            {
                LimitsLog.AddressFull(log, address, mostPerAddress, tag);
            }

            socket.Dispose();
            return;
        }

        try
        {
            await serve();
        }
        finally
        {
            Leave(address);
        }
    }

    private bool TryEnter(IPAddress? address)
    {
        lock (_gate)
        {
            if (address is not null)
            {
                var same = _byAddress.GetValueOrDefault(address);
                if (same >= mostPerAddress)
                {
                    return false;
                }

                _byAddress[address] = same + 1;
            }

            _count++;
            return true;
        }
    }

    private void Leave(IPAddress? address)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _count--;
            if (address is not null && --CollectionsMarshal.GetValueRefOrNullRef(_byAddress, address) == 0)
            {
                _byAddress.Remove(address);
            }

            room = _room;
            _room = null;
        }

        room?.TrySetResult();
    }
}
