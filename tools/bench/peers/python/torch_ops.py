"""
The operations of `architectures` in PyTorch, composed where PyTorch's fused kernels cannot be differentiated thrice: its
attention has no second derivative, and the third derivatives of F.layer_norm in PyTorch 2.15 are wrong, under torch.func.jvp
the second too (finite differences and JAX agree with the composed form).
"""

import math

import torch
import torch.nn.functional as F

linear = F.linear
tanh = torch.tanh
elu = F.elu
cross_entropy = F.cross_entropy


def conv(x, weight, bias, padding):
    return F.conv2d(x, weight, bias, padding=padding)


def max_pool(x):
    return F.max_pool2d(x, 2)


def gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


def layer_norm(x, weight, bias):
    centred = x - x.mean(-1, keepdim=True)
    return centred * torch.rsqrt((centred * centred).mean(-1, keepdim=True) + 1e-5) * weight + bias


def embedding(table, tokens):
    return F.embedding(tokens, table)


def transpose(x, i, j):
    return x.transpose(i, j)


def causal_attention(query, key, value):
    length, each = query.shape[-2:]
    mask = torch.full((length, length), -1e9, device=query.device).triu(1)
    scores = query @ key.transpose(-1, -2) / math.sqrt(each)
    return torch.softmax(scores + mask, -1) @ value
