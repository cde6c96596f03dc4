namespace Tunnel.Shared.Configuration;

/// <summary>Where a secret was written: in the configuration itself, in an environment variable, or in a file.</summary>
public sealed record SecretReference
{
    /// <summary>The secret stood in the configuration.</summary>
    public static readonly SecretReference Inline = new(SecretReferenceKind.Inline, string.Empty);

    public SecretReference(SecretReferenceKind kind, string name)
    {
        Kind = kind;
        Name = name;
    }

    public SecretReferenceKind Kind { get; }

    /// <summary>The variable's name or the file's path; empty for <see cref="SecretReferenceKind.Inline"/>.</summary>
    public string Name { get; }

    /// <summary>Recognises <c>env:NAME</c> and <c>file:PATH</c>; everything else is a secret itself.</summary>
    public static SecretReference Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        text = text.Trim();
        if (text.StartsWith("env:", StringComparison.OrdinalIgnoreCase))
        {
            return new SecretReference(SecretReferenceKind.Environment, text[4..].Trim());
        }

        return text.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            ? new SecretReference(SecretReferenceKind.File, text[5..].Trim())
            : Inline;
    }

    /// <summary><c>env:NAME</c>, <c>file:PATH</c> or a mask: safe to print.</summary>
    public override string ToString() => Kind switch
    {
        SecretReferenceKind.Environment => "env:" + Name,
        SecretReferenceKind.File => "file:" + Name,
        _ => "***",
    };
}
