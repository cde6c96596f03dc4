namespace Tunnel.Soak.Loads;

/// <summary>The portal told a visitor, in good order, that no bridge came in time.</summary>
internal sealed class UnservedException(string message) : Exception(message)
{
    /// <summary>Throws one where <paramref name="unserved"/> is true.</summary>
    public static void ThrowIf(bool unserved, string message)
    {
        if (unserved)
        {
            throw new UnservedException(message);
        }
    }
}
