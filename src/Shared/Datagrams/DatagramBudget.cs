namespace Tunnel.Shared.Datagrams;

/// <summary>How many blocks the queues of one listener may hold together; what a visitor sends must not fill the memory.</summary>
internal sealed class DatagramBudget(int blocks)
{
    private int _free = blocks;

    public bool TryTake(int count)
    {
        if (Interlocked.Add(ref _free, -count) >= 0)
        {
            return true;
        }

        Return(count);
        return false;
    }

    public void Return(int count) => Interlocked.Add(ref _free, count);
}
