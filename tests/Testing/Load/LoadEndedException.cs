namespace Tunnel.Testing.Load;

/// <summary>A visitor saw an end in good order before what it had asked for was complete.</summary>
public sealed class LoadEndedException(string message) : Exception(message)
{
    /// <summary>Throws one where <paramref name="complete"/> is false.</summary>
    public static void ThrowUnless(bool complete, string message)
    {
        if (!complete)
        {
            throw new LoadEndedException(message);
        }
    }
}
