namespace Tunnel.Fuzz.Engine;

/// <summary>
/// What came of one input, as far as it tells it from others: outcomes, states, error texts. An input with a new combination is
/// worth keeping, and so is one that reaches new code.
/// </summary>
internal sealed class Observations
{
    /// <summary>Errors tell themselves apart by their first words; what follows often repeats the input.</summary>
    private const int SignificantLetters = 48;

    private const ulong Offset = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>A hash of all that was noted.</summary>
    public ulong Signature { get; private set; } = Offset;

    public void Clear() => Signature = Offset;

    public void Note(int value)
    {
        // FNV-1a: the same in every process, so that a run can be repeated.
        Signature = (Signature ^ (uint)value) * Prime;
    }

    public void Note(bool value) => Note(value ? 1 : 0);

    public void Note(Enum value) => Note(Convert.ToInt32(value));

    /// <summary>The letters at its beginning count: numbers and punctuation in messages mostly come from the input.</summary>
    public void Note(string? text)
    {
        var letters = 0;
        foreach (var character in text ?? string.Empty)
        {
            if (char.IsAsciiLetter(character))
            {
                Note(character);
                if (++letters == SignificantLetters)
                {
                    return;
                }
            }
        }
    }

    /// <summary>A length or count, of which the magnitude counts.</summary>
    public void NoteSize(long size) => Note(size <= 0 ? (int)size : 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)size));

    /// <summary>An exception that the contract allows.</summary>
    public void Note(Exception allowed)
    {
        Note(allowed.GetType().Name);
        Note(allowed.Message);
    }
}
