using Tunnel.Shared.Datagrams;

namespace Tunnel.Shared.Tests.Datagrams;

/// <summary>Keeps what it is given.</summary>
internal sealed class RecordingSink : IDatagramSink
{
    public List<byte[]> Datagrams { get; } = [];

    public bool IsClosed { get; set; }

    public bool IsCompleted { get; private set; }

    public ValueTask<bool> SendAsync(ReadOnlyMemory<byte> datagram)
    {
        if (!IsClosed)
        {
            Datagrams.Add(datagram.ToArray());
        }

        return ValueTask.FromResult(!IsClosed);
    }

    public void Complete(Exception? failure) => IsCompleted = true;
}
