using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Tunnel.Examples.Visitor;

/// <summary>As much of DNS (RFC 1035) as a question for an IPv4 address and its answer need.</summary>
internal static class DnsMessage
{
    private const int HeaderBytes = 12;
    private const int AddressBytes = 4;
    private const ushort RecursionDesired = 0x0100;
    private const ushort Answer = 0x8180;

    /// <summary>A question for the address of a name.</summary>
    public static byte[] Question(ushort id, string name)
    {
        var message = new List<byte>(new byte[HeaderBytes]);
        foreach (var label in name.Split('.'))
        {
            message.Add((byte)label.Length);
            message.AddRange(Encoding.ASCII.GetBytes(label));
        }

        // The root, type A, class IN.
        message.AddRange([0, 0, 1, 0, 1]);
        var bytes = message.ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, id);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2), RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(4), 1);
        return bytes;
    }

    /// <summary>The answer to a question, whatever name it asks for.</summary>
    public static byte[] AnswerTo(ReadOnlySpan<byte> question, IPAddress address)
    {
        // The name is that of the question, type A, class IN, for a minute.
        byte[] answer = [.. question, 0xC0, HeaderBytes, 0, 1, 0, 1, 0, 0, 0, 60, 0, AddressBytes, .. address.GetAddressBytes()];
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(2), Answer);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(6), 1);
        return answer;
    }

    /// <summary>The address in an answer, which stands at its end.</summary>
    public static IPAddress AddressIn(ReadOnlySpan<byte> answer) => new(answer[^AddressBytes..]);
}
