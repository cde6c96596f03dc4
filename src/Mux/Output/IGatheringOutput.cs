namespace Tunnel.Mux.Output;

/// <summary>A connection's writer that can send memory from where it lies.</summary>
public interface IGatheringOutput
{
    /// <summary>Puts memory behind what was written, without a copy: it must not change until the next flush has ended.</summary>
    void Append(ReadOnlyMemory<byte> memory);
}
