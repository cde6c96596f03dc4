namespace Tunnel.Examples.Visitor;

/// <summary>Says what was right, and stops at the first thing that was not.</summary>
internal static class Check
{
    /// <summary>Prints what was checked.</summary>
    /// <exception cref="InvalidDataException">It does not hold.</exception>
    public static void That(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidDataException(what);
        }

        Console.WriteLine($"ok    {what}");
    }
}
