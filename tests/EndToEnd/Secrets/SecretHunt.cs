using System.Buffers.Text;
using System.Text;

namespace Tunnel.EndToEnd.Secrets;

/// <summary>Looks for secrets in what programs show, in the forms in which they are written anywhere.</summary>
internal sealed class SecretHunt
{
    private readonly List<(string Name, string Text)> _forms = [];

    /// <summary>A secret whose text is what must not appear.</summary>
    public string Add(string name, string text)
    {
        Add(name, text, Encoding.UTF8.GetBytes(text));
        return text;
    }

    /// <summary>A key of the interconnect: neither its text nor its bytes may appear; its id may.</summary>
    public string AddKey(string name, string key)
    {
        var secret = Testing.TestKey.SecretOf(key);
        Add(name, secret, Base64Url.DecodeFromChars(secret));
        return key;
    }

    /// <summary>Fails when <paramref name="shown"/> holds a secret in any form.</summary>
    public void AssertNoneIn(string where, string shown)
    {
        foreach (var (name, text) in _forms)
        {
            Assert.False(shown.Contains(text, StringComparison.OrdinalIgnoreCase), $"{where} shows {name}, as '{text}':\n{shown}");
        }
    }

    private void Add(string name, string text, byte[] bytes)
    {
        _forms.Add((name, text));
        _forms.Add((name, Uri.EscapeDataString(text)));
        _forms.Add((name, Convert.ToHexString(bytes)));
        _forms.Add((name, Convert.ToBase64String(bytes).TrimEnd('=')));
    }
}
